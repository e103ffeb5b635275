"""Properties of a card as one plain text each, and back into the formats that `crm.item.update` takes.

Texts: a boolean is "yes" or "", a day ISO, a number has a point, an enumeration its option's words, money its amount.
Source: api-reference/crm/universal/userfieldconfig/index.md, api-reference/data-types.md.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from b24app.bitrix.card import CardSnapshot, UserField
from b24app.bitrix.values import is_yes, text, yes_no

YES = "yes"
NUMBERS = frozenset({"integer", "double", "money"})
DAYS = frozenset({"date", "datetime"})
WRITABLE = NUMBERS | DAYS | {"string", "boolean", "enumeration", "url", "address"}
SYSTEM = (
    UserField("title", "Title", "string"),
    UserField("opportunity", "Amount", "double"),
    UserField("comments", "Comment", "string"),
)
"""Fields that every type of card has under these names."""


def writable(card: CardSnapshot) -> dict[str, UserField]:
    """List what a signer's entry can go into, by name."""
    own = [field for field in card.user_fields if field.type in WRITABLE and not field.read_only]
    return {field.name: field for field in (*SYSTEM, *own)}


def plain(field: UserField, raw: Any) -> str:
    """Read one value of a property as text; "" for nothing and for what it cannot hold."""
    if field.type == "boolean":
        return YES if is_yes(raw) else ""
    if field.type == "enumeration":
        return next((option.value for option in field.options if option.id == str(raw)), "")
    if field.type in DAYS:
        return _day(text(raw))
    if field.type in NUMBERS:
        return _number(text(raw).partition("|")[0])
    if field.type == "address":
        return text(raw).partition("|")[0]
    return text(raw)


def plain_all(field: UserField, raw: Any) -> list[str]:
    """Read all values of a property; a single one has one."""
    values = raw if isinstance(raw, list) else [raw]
    return [found for value in values if (found := plain(field, value))]


def raw(field: UserField, wanted: str, before: Any, currency: str = "EUR") -> Any:
    """Write a text as the property's value. `before`: what it holds now, whose currency and other values stay.

    A property of several values gets one more, unless it has it already.
    Raises: ValueError for a text that the property cannot hold.
    """
    if field.multiple:
        held = before if isinstance(before, list) else []
        return held if wanted in plain_all(field, held) else [*held, _raw(field, wanted, None, currency)]
    return _raw(field, wanted, before, currency)


def _raw(field: UserField, wanted: str, before: Any, currency: str) -> Any:
    if field.type == "boolean":
        return yes_no(bool(wanted))
    if not wanted:
        return ""
    if field.type == "enumeration":
        found = next((option.id for option in field.options if option.value == wanted), None)
        if found is None:
            raise ValueError("no such option")
        return int(found) if found.isdecimal() else found
    if field.type in DAYS:
        return date.fromisoformat(wanted).isoformat()
    if field.type in NUMBERS:
        return _raw_number(field, wanted, before, currency)
    return wanted


def _raw_number(field: UserField, wanted: str, before: Any, currency: str) -> Any:
    amount = _number(wanted)
    if not amount or (field.type == "integer" and "." in amount):
        raise ValueError("no such number")
    if field.type == "money":
        return f"{amount}|{text(before).partition('|')[2] or currency}"
    return int(amount) if field.type == "integer" else amount


def _day(value: str) -> str:
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except ValueError:
        return ""


def _number(value: str) -> str:
    """Write a number without an exponent and without zeros that say nothing."""
    try:
        found = Decimal(value)
    except InvalidOperation:
        return ""
    if not found.is_finite():
        return ""
    return f"{found.normalize():f}" if found else "0"
