"""Properties of CRM records as text for a document: each type by the rules of the document's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from b24app.bitrix.card import UserField
from b24app.bitrix.card_names import key_of
from b24app.bitrix.values import is_yes, text
from b24app.documents import formats
from b24app.documents.templates import Printed

YES_NO = {"en": ("Yes", "No"), "uk": ("Так", "Ні")}
SYSTEM_FIELDS = {
    "comments": "string", "sourceDescription": "string", "companyTitle": "string", "honorific": "",
    "createdTime": "datetime", "begindate": "date", "closedate": "date", "birthdate": "date",
}  # fmt: skip
"""Fields every portal has, beside those that have a path of their own: camelCase name -> type."""


def properties(
    prefix: str,
    fields: Iterable[UserField],
    values: Mapping[str, Any],
    names: Mapping[str, str],
    locale: str,
    zone: ZoneInfo,
) -> Iterator[tuple[str, Printed | list[str]]]:
    """Yield path and text of each property; one of several values also as a list for loops, under `path.all`."""
    system = [UserField(name, name, kind) for name, kind in SYSTEM_FIELDS.items() if kind and name in values]
    for field in (*fields, *system):
        value = values.get(field.name)
        several = value if isinstance(value, list) else [value]
        written = [printed for each in several if (printed := property_text(field, each, names, locale, zone))]
        path = f"{prefix}.{field.name}"
        yield path, written[0] if len(written) == 1 else Printed(", ".join(written))
        if field.multiple:
            yield f"{path}.all", list(written)


def property_text(field: UserField, value: Any, names: Mapping[str, str], locale: str, zone: ZoneInfo) -> Printed:
    """Write one value of a property; empty when there is none, or when it is nothing that can be read."""
    if field.type == "boolean":
        return yes_or_no(is_yes(value), locale) if value not in (None, "") else Printed("")
    if not text(value):
        return Printed("")
    if field.type == "enumeration":
        return Printed(next((option.value for option in field.options if option.id == str(value)), ""))
    if field.type in ("employee", "crm", "crm_status"):
        return Printed(names.get(key_of(field, value), ""))
    write = {
        "date": _day, "datetime": _moment, "money": _money, "double": _number, "integer": _number, "address": _address,
        "file": _nothing, "iblock_section": _nothing, "iblock_element": _nothing,
    }.get(field.type)  # fmt: skip
    return write(text(value), locale, zone) if write else Printed(text(value))


def yes_or_no(is_ticked: bool, locale: str) -> Printed:
    yes, no = YES_NO.get(locale.partition("_")[0], YES_NO["en"])
    return Printed(yes if is_ticked else no, "boolean", "1" if is_ticked else "")


def day_text(day: date, locale: str) -> Printed:
    return Printed(formats.date(day, locale), "date", day.isoformat())


def money_text(amount: float | str | Decimal, currency: str, locale: str) -> Printed:
    return Printed(formats.money(amount, currency, locale), "money", str(amount), currency)


def number_text(value: float | str, locale: str) -> Printed:
    return Printed(formats.number(value, locale), "number", str(value))


def _day(value: str, locale: str, _zone: ZoneInfo) -> Printed:
    """The calendar day as it stands: Bitrix24 adds a meaningless midnight and zone to dates."""
    try:
        return day_text(date.fromisoformat(value[:10]), locale)
    except ValueError:
        return Printed("")


def _moment(value: str, locale: str, zone: ZoneInfo) -> Printed:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return Printed("")
    local = when.astimezone(zone) if when.tzinfo else when
    return Printed(f"{formats.date(local.date(), locale)}, {local:%H:%M}", "datetime", local.isoformat())


def _money(value: str, locale: str, _zone: ZoneInfo) -> Printed:
    amount, _, currency = value.partition("|")
    try:
        return money_text(Decimal(amount), currency, locale) if currency else number_text(amount, locale)
    except InvalidOperation:
        return Printed("")


def _number(value: str, locale: str, _zone: ZoneInfo) -> Printed:
    return number_text(value, locale)


def _address(value: str, _locale: str, _zone: ZoneInfo) -> Printed:
    """An address comes with its place on the map: "Kyiv, 22 Khreshchatyk|50.44;30.52|17"."""
    return Printed(value.partition("|")[0].strip())


def _nothing(_value: str, _locale: str, _zone: ZoneInfo) -> Printed:
    """A file or an entry of an information block is known by its number only, which says nothing on paper."""
    return Printed("")
