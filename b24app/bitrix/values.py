"""Small values of the CRM: yes and no in all their spellings, numbers that may come as text."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def is_yes(value: Any) -> bool:
    """Read a boolean: Y, 1, true; everything else is no."""
    if isinstance(value, str):
        return value.strip().lower() in ("y", "yes", "1", "true")
    return value is True or (isinstance(value, int | float) and value == 1)


def yes_no(value: bool) -> str:
    """Write a boolean property of a card."""
    return "Y" if value else "N"


def one_zero(value: bool) -> str:
    """Write a boolean in a filter: user fields want 1/0 there."""
    return "1" if value else "0"


def number(value: Any, default: float = 0.0) -> float:
    """Read a number that may come as text."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def moment(value: Any) -> datetime | None:
    """Read a moment with its zone; nothing else is one."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def text(value: Any) -> str:
    """Read a text; numbers become text, nothing and structures become empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()
