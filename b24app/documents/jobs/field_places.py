"""Turn the places a Typst program reports into fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from b24app.documents.text import one_line
from b24app.domain.fields import Field, FieldType

PARTY_TEXT_LIMIT = 200


def to_fields(places: Iterable[Mapping[str, Any]], *, first_page: int = 1) -> list[dict[str, Any]]:
    """Number the places and make Field dictionaries; `first_page` is where the typeset pages begin."""
    count: Counter[tuple[str, str]] = Counter()
    fields = []
    for place in places:
        count[place["type"], place["signer"]] += 1
        identity = f"{place['type']}-{place['signer']}-{count[place['type'], place['signer']]}"
        fields.append(_field(place, identity, first_page).to_dict())
    return fields


def printable_parties(parties: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Clean every text of the party blocks and keep it short: a block must fit on one page."""
    return [{name: one_line(value)[:PARTY_TEXT_LIMIT] for name, value in party.items()} for party in parties]


def _field(place: Mapping[str, Any], identity: str, first_page: int) -> Field:
    return Field(
        id=identity,
        signer=place["signer"],
        type=FieldType(place["type"]),
        page=place["page"] + first_page - 1,
        x_pt=round(place["x"], 3),
        y_pt=round(place["y"], 3),
        w_pt=round(place["w"], 3),
        h_pt=round(place["h"], 3),
        required=place["required"],
        label=place["label"],
    )
