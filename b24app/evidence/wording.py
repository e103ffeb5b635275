"""Make strangers' text fit to print: names, user agents and titles come from people we do not know."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

_TURNS_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAK_HERE = "\u200b"
_LONG_RUN = re.compile(r"\S{35,}")
_STEP = 7


def printable(text: str, limit: int) -> str:
    """Put text on one line: no control characters, none that turn the reading direction, `limit` characters at most.

    Very long words get invisible places to break, so that they stay inside their column.
    """
    line = " ".join("".join(_visible(char) for char in text[: 4 * limit]).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return _LONG_RUN.sub(_with_breaks, line)


def grouped(digest: str) -> str:
    """Write a digest in groups of eight characters, for eyes that compare."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def utc_text(moment: datetime | None) -> str:
    """Write a moment as every reader of evidence understands it: ISO date and time, UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if moment else ""


def _visible(char: str) -> str:
    if char in _TURNS_DIRECTION or unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn"):
        return " " if char.isspace() else ""
    return char


def _with_breaks(found: re.Match[str]) -> str:
    run = found.group()
    return _BREAK_HERE.join(run[start : start + _STEP] for start in range(0, len(run), _STEP))
