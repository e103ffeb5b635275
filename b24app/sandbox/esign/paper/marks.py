"""What goes onto a page. Points, origin at the top left corner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Unreadable(Exception):
    """Not a PDF, damaged, or locked by a password."""


@dataclass(frozen=True)
class Size:
    """A page's width and height in points, as it is shown."""

    width: float
    height: float


@dataclass(frozen=True)
class Ink:
    """A signature as the signer made it: a drawing (PNG) or typed letters."""

    text: str = ""
    image: bytes = b""


@dataclass(frozen=True)
class Mark:
    """Text, a tick or ink in a rectangle of a page (`page` counts from 0 over the whole file)."""

    page: int
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    image: bytes = b""
    style: str = "print"  # print, hand, tick, faint
    size: float = 11.0


@dataclass(frozen=True)
class AuditLine:
    """One line of an audit trail: when, what, who."""

    at: str
    what: str
    detail: str = ""


@dataclass(frozen=True)
class AuditSheet:
    """The page a service adds about what happened."""

    heading: str
    facts: list[tuple[str, str]]
    lines: list[AuditLine]
    footer: str = ""

    def as_json(self) -> dict[str, Any]:
        lines = [{"at": one.at, "what": one.what, "detail": one.detail} for one in self.lines]
        return {"heading": self.heading, "facts": self.facts, "lines": lines, "footer": self.footer}


@dataclass(frozen=True)
class PageText:
    """The text of one page and the box (left, top, right, bottom) of each character."""

    text: str
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
