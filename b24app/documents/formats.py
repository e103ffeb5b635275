"""Amounts, numbers and dates as a reader of the document's language writes them (CLDR, by way of Babel)."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError, dates, numbers

Amount = Decimal | int | float | str


def money(amount: Amount, currency: str, locale: str) -> str:
    """Write an amount with its currency: money("1200", "EUR", "en") == "€1,200.00". "" for what is no number."""
    number_ = _decimal(amount)
    if number_ is None:
        return ""
    return _plain_spaces(numbers.format_currency(number_, currency.upper(), locale=_locale(locale)))


def number(value: Amount, locale: str) -> str:
    """Write a number with at most three decimals: number("1.50", "uk") == "1,5". "" for what is no number."""
    number_ = _decimal(value)
    return "" if number_ is None else _plain_spaces(numbers.format_decimal(number_, locale=_locale(locale)))


def date(day: datetime.date, locale: str) -> str:
    """Write a date in words: date(2026-11-24, "en_GB") == "24 November 2026"."""
    return _plain_spaces(dates.format_date(day, format="long", locale=_locale(locale)))


def date_as(day: datetime.date, pattern: str, locale: str) -> str:
    """Write a date by a pattern of CLDR: date_as(date(2026, 3, 5), "d MMM yyyy", "en") == "5 Mar 2026"."""
    return _plain_spaces(dates.format_date(day, format=pattern, locale=_locale(locale)))


def moment_as(when: datetime.datetime, pattern: str, locale: str) -> str:
    """Write a moment by a pattern of CLDR, as it stands on the clock it came from."""
    return _plain_spaces(dates.format_datetime(when, format=pattern, locale=_locale(locale)))


def moment(when: datetime.datetime, locale: str) -> str:
    """Write an aware moment with its time zone, to the minute: the form of a signing date."""
    zone = dates.get_timezone_name(when, width="short", locale=_locale(locale))
    return f"{date(when.date(), locale)}, {when:%H:%M} {zone}"


def _plain_spaces(text: str) -> str:
    """Widen the narrow space of newer CLDR data: fewer fonts and search boxes know it."""
    return text.replace("\u202f", "\u00a0")


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _decimal(value: Amount) -> Decimal | None:
    try:
        result = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return result if result.is_finite() else None
