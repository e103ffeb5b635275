"""Filters of placeholders: the same value written in another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from b24app.documents import amounts, formats
from b24app.documents.templates.values import Printed

TICK = "tick"

Filter = Callable[[str, str, str], str]


def apply(filters: Sequence[tuple[str, str]], value: str, locale: str) -> str:
    """Write a value through filters, one after the other; what a filter cannot read stays as it is."""
    for name, argument in filters:
        if value.strip():
            value = FILTERS[name](value, argument, locale)
    return value


def _date(value: str, pattern: str, locale: str) -> str:
    """`pattern` in CLDR's letters, "d MMMM yyyy"; without one the long form."""
    try:
        day = date.fromisoformat(_raw(value)[:10])
    except ValueError:
        return value
    if "H" in pattern or "h" in pattern or "m" in pattern:
        return formats.moment_as(datetime.fromisoformat(_raw(value)), pattern, locale)
    return formats.date_as(day, pattern, locale) if pattern else formats.date(day, locale)


def _money(value: str, currency: str, locale: str) -> str:
    own = value.currency if isinstance(value, Printed) else ""
    return formats.money(_raw(value), currency or own or "EUR", locale) or value


def _number(value: str, _argument: str, locale: str) -> str:
    return formats.number(_raw(value), locale) or value


def _words(value: str, currency: str, locale: str) -> str:
    own = value.currency if isinstance(value, Printed) else ""
    try:
        return amounts.in_words(Decimal(_raw(value)), currency or own, locale)
    except InvalidOperation:
        return value


def _raw(value: str) -> str:
    return value.raw if isinstance(value, Printed) and value.raw else value.strip()


def _tick(value: str, _argument: str, _locale: str) -> str:
    return tick_mark(is_ticked(value))


def is_ticked(value: object) -> bool:
    """Say whether a value is ticked: a yes/no property by what it says, anything else when there is something."""
    if isinstance(value, Printed) and value.kind == "boolean":
        return bool(value.raw)
    return bool(value)


def tick_mark(is_set: bool) -> str:
    return "☑" if is_set else "☐"


FILTERS: dict[str, Filter] = {
    "date": _date,
    "money": _money,
    "number": _number,
    "words": _words,
    TICK: _tick,
    "upper": lambda value, _argument, _locale: value.upper(),
    "lower": lambda value, _argument, _locale: value.lower(),
}
