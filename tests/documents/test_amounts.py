"""Amounts in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.documents.amounts import in_words


@pytest.mark.parametrize(
    ("amount", "currency", "english", "ukrainian"),
    [
        ("0", "UAH", "zero hryvnias 00 kopiykas", "нуль гривень 00 копійок"),
        ("1", "UAH", "one hryvnia 00 kopiykas", "одна гривня 00 копійок"),
        ("2.01", "UAH", "two hryvnias 01 kopiyka", "дві гривні 01 копійка"),
        ("5", "USD", "five US dollars 00 cents", "п’ять доларів США 00 центів"),
        ("11.12", "EUR", "eleven euros 12 cents", "одинадцять євро 12 центів"),
        ("21", "EUR", "twenty-one euros 00 cents", "двадцять одне євро 00 центів"),
        ("101", "PLN", "one hundred one zlotys 00 groszy", "сто один злотий 00 грошів"),
        ("1001", "UAH", "one thousand one hryvnias 00 kopiykas", "одна тисяча одна гривня 00 копійок"),
        ("12000", "GBP", "twelve thousand pounds sterling 00 pence", "дванадцять тисяч фунтів стерлінгів 00 пенсів"),
        ("2000000", "CHF", "two million Swiss francs 00 centimes", "два мільйони швейцарських франків 00 сантимів"),
        ("19.995", "EUR", "twenty euros 00 cents", "двадцять євро 00 центів"),
        ("7.5", "JPY", "seven JPY 50/100", "сім JPY 50/100"),
        ("-3", "", "minus three", "мінус три"),
        ("2.5", "", "two and 50/100", "два та 50/100"),
    ],
)
def test_an_amount_in_words(amount: str, currency: str, english: str, ukrainian: str):
    assert in_words(Decimal(amount), currency, "en_GB") == english
    assert in_words(Decimal(amount), currency, "uk") == ukrainian


def test_an_amount_too_large_stays_in_digits():
    assert in_words(Decimal(10**15), "EUR", "en") == "1000000000000000 EUR"
