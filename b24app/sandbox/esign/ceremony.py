"""What a hosted signing page shows: page pictures with the places on them, and the form under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from b24app.sandbox.esign.fields import SIGNED, Field
from b24app.sandbox.esign.paper import assemble
from b24app.sandbox.esign.paper.marks import Size


@dataclass(frozen=True)
class Spot:
    """A field on a page picture, in percent of the page."""

    left: float
    top: float
    width: float
    height: float
    title: str
    mine: bool


@dataclass(frozen=True)
class Sheet:
    """One page of one document."""

    document: int
    number: int
    picture: str
    size: Size
    spots: list[Spot]


@dataclass(frozen=True)
class Form:
    """What the signer is asked for."""

    fields: list[Field]
    ways: list[str]

    @property
    def wants(self) -> list[str]:
        """`signature`, `initials`: what has to be adopted."""
        return [kind for kind in SIGNED if any(one.kind == kind for one in self.fields)]

    @property
    def inputs(self) -> list[Field]:
        return [one for one in self.fields if one.kind not in ("date", "name", "radio") and not _certain(one)]

    @property
    def radios(self) -> dict[str, list[Field]]:
        groups: dict[str, list[Field]] = {}
        for one in self.fields:
            if one.kind == "radio":
                groups.setdefault(one.group, []).append(one)
        return groups


def _certain(one: Field) -> bool:
    """Required signatures are put where they belong without a question."""
    return one.kind in SIGNED and one.required


def sheets(
    bodies: Sequence[bytes], fields: Sequence[Field], owner: str, picture: Callable[[int, int], str]
) -> list[Sheet]:
    """All pages in order; `picture(document, page)` is the address of a page's picture."""
    found = []
    for document, content in enumerate(bodies):
        for number, size in enumerate(assemble.sizes(content), 1):
            own = [one for one in fields if (one.document, one.page) == (document, number)]
            spots = [_spot(one, size, owner) for one in own]
            found.append(Sheet(document, number, picture(document, number), size, spots))
    return found


def _spot(one: Field, size: Size, owner: str) -> Spot:
    across, down = 100 / size.width, 100 / size.height
    left, top, width, height = one.x * across, one.y * down, one.width * across, one.height * down
    return Spot(round(left, 2), round(top, 2), round(width, 2), round(height, 2), one.title, one.owner == owner)
