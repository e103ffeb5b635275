"""Every type of property as text for a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24app.bitrix.card import Option, Organisation, Person, Requisites, UserField
from b24app.bitrix.entities import Entity
from b24app.services.card_values import card_values, checkbox_values, director, place_of
from b24app.services.property_texts import property_text
from b24app.services.sample_card import sample_card
from b24app.services.workbench import Workbench
from tests.services.desk import card

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 24)
NAMES = {"user:8": "Boris Lange", "3:41": "Ann Lee", "2:7": "A deal", "status:SOURCE:WEB": "Website"}


def written(type: str, value: Any, locale: str = "en", **more: Any) -> str:
    return property_text(UserField("UF_X", "X", type, **more), value, NAMES, locale, BERLIN)


@pytest.mark.parametrize(
    ("type", "value", "text"),
    [
        ("string", " Text ", "Text"),
        ("integer", 3, "3"),
        ("double", "1234.50", "1,234.5"),
        ("boolean", "1", "Yes"),
        ("boolean", False, "No"),
        ("boolean", None, ""),
        ("date", "2026-12-07T03:00:00+03:00", "December 7, 2026"),
        ("datetime", "2026-12-07T23:30:00+00:00", "December 8, 2026, 00:30"),
        ("money", "1200.5|EUR", "€1,200.50"),
        ("money", "12", "12"),
        ("url", "https://a.example", "https://a.example"),
        ("address", "Kyiv, 22 Khreshchatyk|50.44;30.52|17", "Kyiv, 22 Khreshchatyk"),
        ("employee", "8", "Boris Lange"),
        ("employee", "99", ""),
        ("crm", "C_41", "Ann Lee"),
        ("crm", "D_7", "A deal"),
        ("file", {"id": 5}, ""),
        ("iblock_element", "5", ""),
        ("date", "soon", ""),
        ("money", "x|EUR", ""),
    ],
)
def test_a_property(type: str, value: Any, text: str):
    assert written(type, value) == text


def test_properties_that_choose_from_a_list():
    assert written("enumeration", 45, options=(Option("44", "Basic"), Option("45", "Gold"))) == "Gold"
    assert written("crm_status", "WEB", statuses="SOURCE") == "Website"
    assert written("crm", "41", links=(3,)) == "Ann Lee"
    assert written("crm", "41", links=(3, 4)) == ""


def test_properties_follow_the_documents_language():
    assert [written("boolean", "Y", "uk"), written("money", "1200|UAH", "uk")] == ["Так", "1\u00a0200,00\u00a0₴"]


def test_several_values_are_joined_and_offered_to_loops():
    known = card(
        item={"UF_TAGS": ["a", "b"], "UF_DAYS": ["2026-12-07"]},
        user_fields=(UserField("UF_TAGS", "Tags", "string", True), UserField("UF_DAYS", "Days", "date", True)),
    )
    values = card_values(known, "en", TODAY)
    assert (values["lead.UF_TAGS"], values["lead.UF_TAGS.all"]) == ("a, b", ["a", "b"])
    assert values["lead.UF_DAYS"].raw == "2026-12-07"


def test_a_card_goes_by_its_own_name_and_by_card():
    values = card_values(replace(card(), entity=Entity(2, 5)), "en", TODAY)
    assert values["deal.title"] == values["card.title"] == values["lead.title"] == "CRM onboarding"
    assert "deal.UF_CRM_NEED_TRAINING" in checkbox_values(replace(card(), entity=Entity(2, 5)))


def test_totals_of_products_can_be_written_otherwise():
    total = card_values(card(), "en", TODAY)["products.total"]
    assert (str(total), total.raw, total.currency) == ("€2,380.00", "2380.00", "EUR")


def test_the_director_is_whom_the_requisites_name_else_whose_position_says_so():
    people = (Person("contact", 3, 1, "Ann Lee", "CFO"), Person("contact", 3, 2, "Petra Roth", "Managing director"))
    assert director(card(contacts=people)) == people[1]
    named = Organisation(12, "M", requisites=(Requisites(1, "M", {"RQ_DIRECTOR": "Lee Ann"}),))
    assert director(card(contacts=people, company=named)) == people[0]
    assert director(card(contacts=people[:1])) is None


def test_a_missing_value_has_a_place_where_it_is_filled_in():
    paths = ("company.bank.iban", "lead.UF_CRM_X", "contact.post", "my_company.title", "responsible.post", "today")
    assert [place_of(card(), path) for path in paths] == [
        "/crm/company/details/12/", "/crm/lead/details/77/", "/crm/contact/details/41/", "/crm/company/details/1/",
        "", "",
    ]  # fmt: skip
    assert place_of(card(company=None), "company.title") == "/crm/lead/details/77/"


@pytest.mark.parametrize("locale", ["en", "uk"])
def test_a_sample_has_something_in_every_field(locale: str):
    kinds = ("string", "integer", "double", "boolean", "datetime", "date", "money", "url", "address", "employee", "crm")
    fields = tuple(UserField(f"UF_{kind}", kind, kind) for kind in kinds)
    values = card_values(sample_card(Workbench(fields, fields, fields, fields), locale, TODAY), locale, TODAY)
    assert [path for path, value in values.items() if not value and ".second_name" not in path] == []
