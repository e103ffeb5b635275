"""Our units in DocuSign's: whole points as text, whole days, short subjects, sizes of letters."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

from b24app.domain.fields import FieldType

SUBJECT_CHARS = 100
NAME_CHARS = 100
REASON_CHARS = 200
ELLIPSIS = "…"

OFFSETS_PT: Mapping[FieldType, tuple[float, float]] = {FieldType.SIGNATURE: (1, -7), FieldType.INITIALS: (1, -7)}
"""How far a tab is moved so that its ink stands where we placed it: the vendor's advice for the signature.

All other tabs stand with their upper left corner where they are put. Not yet measured on a live account.
"""

FULL_SIZE_PT: Mapping[FieldType, tuple[float, float]] = {FieldType.SIGNATURE: (90, 40), FieldType.INITIALS: (50, 30)}
"""Width and height at scaleValue 1.0. Not yet measured on a live account."""

FONT_SIZES = (7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 24, 26, 28, 36, 48, 72)
_JOINERS = ("\u200d", "\ufe0e", "\ufe0f")


def whole(points: float) -> str:
    """Points as a whole number in text: positions are integers there; left of or above the page is its edge."""
    return str(max(0, round(points)))


def flag(value: bool) -> str:
    return "true" if value else "false"


def scale(type: FieldType, w_pt: float, h_pt: float) -> str:
    """The scaleValue with which a signature fits its rectangle: from 0.5 to 2.0."""
    full_w, full_h = FULL_SIZE_PT[type]
    return f"{min(2.0, max(0.5, min(w_pt / full_w, h_pt / full_h))):.2f}"


def font_size(points: float) -> str:
    """The largest of DocuSign's sizes that is not larger than ours."""
    fitting = [size for size in FONT_SIZES if size <= points]
    return f"Size{max(fitting, default=FONT_SIZES[0])}"


def days_until(moment: datetime, now: datetime) -> str:
    """Whole days from now, rounded up: what ends it on time is ours, and must come first."""
    return str(min(999, max(1, math.ceil((moment - now) / timedelta(days=1)))))


def cut(text: str, most: int) -> str:
    """Shorten visibly, never inside a character as people see one. Counted as DocuSign does, in UTF-16."""
    if _length(text) <= most:
        return text
    end = len(text)
    while end and (_length(text[:end]) > most - 1 or (end < len(text) and _is_inside(text, end))):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_inside(text: str, at: int) -> bool:
    """Whether what stands at this place belongs to the character before it."""
    return bool(unicodedata.combining(text[at])) or text[at] in _JOINERS or text[at - 1] == _JOINERS[0]
