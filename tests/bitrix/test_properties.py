"""Properties of a card as one text each, and back into what crm.item.update takes."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix.card import Option, UserField
from b24app.bitrix.properties import plain, plain_all, raw

LEVELS = (Option("41", "Gold"), Option("42", "Silver"))


def prop(kind: str, **more: Any) -> UserField:
    return UserField("UF_CRM_X", "X", kind, options=LEVELS if kind == "enumeration" else (), **more)


@pytest.mark.parametrize(
    ("kind", "held", "text", "written"),
    [
        ("boolean", "Y", "yes", "Y"),
        ("boolean", True, "yes", "Y"),
        ("boolean", "0", "", "N"),
        ("enumeration", 42, "Silver", 42),
        ("enumeration", "41", "Gold", 41),
        ("date", "2026-12-07T03:00:00+03:00", "2026-12-07", "2026-12-07"),
        ("datetime", "2026-12-07T15:30:00+03:00", "2026-12-07", "2026-12-07"),
        ("money", "1000.50|EUR", "1000.5", "1000.5|EUR"),
        ("double", 1e3, "1000", "1000"),
        ("double", "0.00", "0", "0"),
        ("integer", "12", "12", 12),
        ("string", "  PO-1 ", "PO-1", "PO-1"),
        ("address", "Main St 1|50.4;30.5", "Main St 1", "Main St 1"),
        ("string", None, "", ""),
        ("enumeration", None, "", ""),
    ],
)
def test_each_type_reads_and_writes_in_its_own_form(kind: str, held: Any, text: str, written: Any):
    assert plain(prop(kind), held) == text
    assert raw(prop(kind), text, held) == written


def test_money_keeps_its_currency_or_takes_the_cards():
    assert raw(prop("money"), "20", "10|UAH", "EUR") == "20|UAH"
    assert raw(prop("money"), "20", None, "USD") == "20|USD"


def test_several_values_get_one_more_and_lose_none():
    several = prop("string", multiple=True)
    assert raw(several, "c", ["a", "b"]) == ["a", "b", "c"]
    assert raw(several, "a", ["a", "b"]) == ["a", "b"]
    assert raw(prop("enumeration", multiple=True), "Gold", [42]) == [42, 41]
    assert plain_all(prop("enumeration", multiple=True), [42, 99, 41]) == ["Silver", "Gold"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("enumeration", "Tin"), ("date", "soon"), ("integer", "1.5"), ("double", "many"), ("money", "NaN")],
)
def test_what_a_property_cannot_hold_is_an_error(kind: str, text: str):
    with pytest.raises(ValueError, match=r"."):
        raw(prop(kind), text, None)
