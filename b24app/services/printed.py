"""What a document says of its card: kept when it is sent, compared when the card is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from b24app.bitrix.card import CardSnapshot
from b24app.bitrix.values import yes_no
from b24app.domain.acts import Difference
from b24app.domain.fields import Field
from b24app.services.bind_fields import PREFIX, bind
from b24app.services.card_values import card_values, checkbox_values
from b24app.services.property_words import property_words
from b24app.services.words import Say

OF_THE_DAY = frozenset({"today", "document.number"})
"""What a template prints that no card holds."""

_ANY_DAY = date(2000, 1, 1)


def printed(card: CardSnapshot, locale: str, paths: Iterable[str], ticks: Mapping[str, bool]) -> dict[str, str]:
    """Say what stands in the document for each path: texts as they are printed, ticks as Y and N."""
    values = card_values(card, locale, _ANY_DAY)
    texts = {path: _as_text(values.get(path, "")) for path in paths if path not in OF_THE_DAY}
    return texts | {path: yes_no(ticked) for path, ticked in ticks.items() if path}


def printed_fields(fields: Sequence[Field]) -> dict[str, str]:
    """Say what read-only places print of the card."""
    return {field.property: field.default for field in fields if field.property and field.read_only}


def differences(
    card: CardSnapshot, locale: str, kept: Mapping[str, str], fields: Sequence[Field], say: Say
) -> list[Difference]:
    """Compare what was printed with what the card says now."""
    fixed = [field for field in fields if field.property and field.read_only]
    ticks = {path: ticked for path, ticked in checkbox_values(card).items() if kept.get(path) in ("Y", "N")}
    now = printed(card, locale, kept, {}) | printed(card, locale, (), ticks) | _now_of(fixed, card)
    labels = {PREFIX + field.name: field.label for field in card.user_fields}
    return [
        Difference(path, labels.get(path) or property_words(path, say), was, now.get(path, ""))
        for path, was in kept.items()
        if now.get(path, "") != was
    ]


def _now_of(fixed: Sequence[Field], card: CardSnapshot) -> dict[str, str]:
    known = {PREFIX + field.name for field in card.user_fields} | {"lead.title", "lead.opportunity", "lead.comments"}
    return printed_fields(bind([field for field in fixed if field.property in known], card)[0])


def _as_text(value: Any) -> str:
    """Write a price table, or a list of people, in one line; everything else is a text already."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and "rows" in value:
        lines = [f"{row['name']}: {row['quantity']} × {row['price']}" for row in value["rows"]]
        return "; ".join([*lines, *(f"{total['label']} {total['value']}" for total in value["totals"])])
    if isinstance(value, Mapping):
        return ", ".join(filter(None, map(_as_text, value.values())))
    return "; ".join(map(_as_text, value)) if isinstance(value, list | tuple) else str(value)
