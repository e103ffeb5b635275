"""Units and indexes: ours to Dropbox Sign's.

Two resolutions in one field (faq.hellosign.com/hc/en-us/articles/217115577): with `page`, x and y are points; width,
height and type are always pixels of 80 dpi.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from b24app.domain.signature_request import Signer

PX_PER_PT = 80 / 72
HOUR_S = 3600
SMALLEST_FONT_PX, LARGEST_FONT_PX = 7, 49


def whole_points(points: float) -> int:
    """A place on a page, from its top-left corner; whole points, never off the page by rounding."""
    return max(0, round(points))


def pixels(points: float) -> int:
    """A width or height, in pixels of 80 dpi; at least one."""
    return max(1, round(points * PX_PER_PT))


def font_pixels(points: float) -> int:
    return min(LARGEST_FONT_PX, max(SMALLEST_FONT_PX, round(points * PX_PER_PT)))


def signer_indexes(signers: Sequence[Signer]) -> Mapping[str, str]:
    """Our position as text, from "1" -> the signer's place in the list as text, from "0"."""
    return {str(signer.position): str(index) for index, signer in enumerate(signers)}


def ranks(signers: Sequence[Signer]) -> Sequence[int | None]:
    """Their turns from 0, without gaps; None for each when all sign at once."""
    turns = sorted({signer.order for signer in signers})
    return [turns.index(signer.order) if len(turns) > 1 else None for signer in signers]


def deadline_s(moment: datetime) -> int:
    """Epoch seconds of the next full hour: the service rounds down, and nobody loses the last minutes of his day.

    Whoever comes after our own deadline finds it withdrawn.
    """
    return math.ceil(moment.timestamp() / HOUR_S) * HOUR_S
