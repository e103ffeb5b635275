"""Places that belong to properties of the card: filled from it before sending, written back after completion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from b24app.bitrix.card import CardSnapshot, UserField
from b24app.bitrix.properties import DAYS, NUMBERS, plain_all, writable
from b24app.bitrix.records import from_plain
from b24app.bitrix.values import text
from b24app.domain.entries import YES, as_number, filled, shown
from b24app.domain.fields import Field, FieldType, FieldValue, fields_of
from b24app.errors import N_, InvalidPayload

PREFIX = "lead."
MISSING = N_("“%(label)s” is bound to the property %(property)s, which this card does not have or does not let change.")

_KINDS: Mapping[FieldType, frozenset[str]] = {
    FieldType.CHECKBOX: frozenset({"boolean"}),
    FieldType.RADIO: frozenset({"enumeration", "string"}),
    FieldType.DROPDOWN: frozenset({"enumeration", "string"}),
    FieldType.DAY: DAYS,
    FieldType.NUMBER: NUMBERS,
    **dict.fromkeys(
        (FieldType.TEXT, FieldType.NAME, FieldType.COMPANY, FieldType.TITLE, FieldType.EMAIL),
        frozenset({"string", "url", "address"}) | NUMBERS | DAYS,
    ),
}
"""Which types of property a type of place can be bound to."""


@dataclass(frozen=True)
class Bound:
    """A property as it was when the document was sent. `values`: its texts then; `currency` of the card."""

    field: UserField
    values: tuple[str, ...]
    currency: str

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Bound:
        return from_plain(cls, kept)

    @property
    def first(self) -> str:
        return self.values[0] if self.values else ""


def properties_for(card: CardSnapshot) -> list[tuple[str, str, list[str]]]:
    """List what places can be bound to: path, label, and the types of place that fit it."""
    return [
        (PREFIX + name, field.label, [str(kind) for kind, fitting in _KINDS.items() if field.type in fitting])
        for name, field in writable(card).items()
    ]


def bind(fields: Sequence[Field], card: CardSnapshot) -> tuple[tuple[Field, ...], dict[str, Any]]:
    """Fill bound places from the card; returns them and what `Request.bound` keeps.

    Raises: InvalidPayload (document) for a place bound to what this card lacks.
    """
    known = writable(card)
    bound: dict[str, Any] = {}
    made = []
    for field in fields:
        if field.property:
            found = known.get(field.property.removeprefix(PREFIX))
            if found is None or found.type not in _KINDS.get(field.type, ()):
                raise InvalidPayload(
                    MISSING, field="document", label=field.label or str(field.type), property=field.property
                )
            kept = bound_to(found, card.item)
            bound[field.property] = asdict(kept)
            field = _prefilled(field, kept)
        made.append(field)
    return tuple(made), bound


def bound_to(field: UserField, item: Mapping[str, Any]) -> Bound:
    return Bound(field, tuple(plain_all(field, item.get(field.name))), text(item.get("currencyId")) or "EUR")


def answers(
    fields: Sequence[Field], values: Mapping[str, FieldValue], signers: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield property and entry, as the property's text, of every bound place that was there for its signer.

    Where several are bound to one property the last one counts. Read-only places say nothing.
    """
    for signer in signers:
        own = fields_of(tuple(fields), signer)
        entered = filled(own, values)
        for field in shown(own, entered):
            text_ = entered[field.id].text
            if not field.property or field.read_only or (field.type is FieldType.RADIO and not text_):
                continue
            yield field.property, field.label if field.type is FieldType.RADIO else text_


def as_property(bound: Bound, entry: str) -> str:
    """Write an entry the way the property's texts are; what is no number or day stays and is refused later."""
    if bound.field.type in NUMBERS and (amount := as_number(entry)) is not None:
        return f"{amount.normalize():f}" if amount else "0"
    return entry


def _prefilled(field: Field, bound: Bound) -> Field:
    """Put the property's first value into a place; a list without options takes the property's."""
    value = bound.first
    if field.type is FieldType.RADIO:
        return replace(field, default=YES if value and field.label == value else "")
    if field.type is FieldType.DROPDOWN:
        options = field.options or tuple(option.value for option in bound.field.options)
        return replace(field, options=options, default=value if value in options else "")
    if bound.field.multiple and field.read_only:
        value = ", ".join(bound.values)
    return replace(field, default=value)
