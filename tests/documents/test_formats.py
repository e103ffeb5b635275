"""Amounts and dates as readers of each language write them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from b24app.documents.formats import date, moment, money, number

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        ("1200", "EUR", "en", "€1,200.00"),
        (Decimal("14280.5"), "UAH", "uk", f"14{NBSP}280,50{NBSP}₴"),
        (1200.555, "usd", "en_US", "$1,200.56"),
        ("5", "JPY", "en", "¥5"),
        ("", "EUR", "en", ""),
        ("NaN", "EUR", "en", ""),
        ("1", "EUR", "xx-nonsense", "€1.00"),
    ],
)
def test_money(amount: Decimal | float | str, currency: str, locale: str, written: str) -> None:
    assert money(amount, currency, locale) == written


@pytest.mark.parametrize(
    ("value", "locale", "written"), [("1.50", "uk", "1,5"), (1000, "en", "1,000"), ("x", "en", "")]
)
def test_number(value: str | int, locale: str, written: str) -> None:
    assert number(value, locale) == written


def test_dates_are_in_words() -> None:
    day = datetime.date(2026, 11, 24)
    assert date(day, "en_GB") == "24 November 2026"
    assert date(day, "uk") == f"24 листопада 2026{NBSP}р."


def test_a_moment_names_its_zone() -> None:
    when = datetime.datetime(2026, 11, 24, 9, 5, tzinfo=datetime.UTC)
    assert moment(when, "en_GB") == "24 November 2026, 09:05 UTC"
