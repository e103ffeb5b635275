"""A place on a document that somebody fills, the same for every service, and how it looks when filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from b24app.sandbox.esign.paper.marks import Ink, Mark

SIGNED = ("signature", "initials")
TICKED = ("checkbox", "radio")


@dataclass
class Field:
    """`page` counts from 1 inside its document, the rectangle is in points from the top left corner.

    Kinds: signature, initials, date, name, text, checkbox, radio, dropdown, link.
    """

    id: str
    kind: str
    owner: str | None
    document: int
    page: int
    x: float
    y: float
    width: float
    height: float
    label: str = ""
    required: bool = True
    value: str = ""
    checked: bool = False
    locked: bool = False
    options: list[str] = field(default_factory=list)
    group: str = ""
    placeholder: str = ""
    pattern: str = ""
    pattern_note: str = ""
    max_length: int = 4000
    font_size: float = 11.0
    href: str = ""  # where a link leads
    source: str = ""  # the vendor's own word for the kind

    @property
    def title(self) -> str:
        return self.label or self.id


@dataclass(frozen=True)
class Adopted:
    """The signature and initials of one signer."""

    signature: Ink
    initials: Ink


def marks(fields: Iterable[Field], adopted: Mapping[str, Adopted], first_pages: Sequence[int]) -> list[Mark]:
    """What filled fields leave on the merged file; `first_pages` is where each document begins in it."""
    found = (_mark(one, adopted, first_pages[one.document] + one.page - 1) for one in fields)
    return [mark for mark in found if mark is not None]


def _mark(one: Field, adopted: Mapping[str, Adopted], page: int) -> Mark | None:
    place = {"page": page, "x": one.x, "y": one.y, "width": one.width, "height": one.height}
    if one.kind in SIGNED:
        own = adopted.get(one.owner or "")
        ink = None if own is None else own.signature if one.kind == "signature" else own.initials
        if ink is None or not one.checked:
            return None
        return Mark(**place, text=ink.text, image=ink.image, style="hand", size=24)  # type: ignore[arg-type]
    if one.kind in TICKED:
        return Mark(**place, style="tick") if one.checked else None  # type: ignore[arg-type]
    return Mark(**place, text=one.value, size=one.font_size) if one.value else None  # type: ignore[arg-type]
