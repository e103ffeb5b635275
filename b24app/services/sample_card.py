"""A card that exists nowhere, with something in every field: what a template looks like before there is a real one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from b24app.bitrix.card import (
    CardSnapshot,
    Email,
    Employee,
    Organisation,
    Person,
    Phone,
    ProductRow,
    Requisites,
    UserField,
)
from b24app.bitrix.card_names import key_of
from b24app.bitrix.entities import CONTACT, DEAL, LEAD, Entity
from b24app.services.workbench import Workbench

_WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "New online shop", "contact": ("Ann", "Lee"), "second": ("Marco", "Rossi"), "post": "Director",
        "second_post": "Head of IT", "company": "Meridian Logistics Ltd", "mine": "Example Consulting Ltd",
        "employee": "Anna Smith", "employee_post": "Sales manager", "city": "London", "country": "United Kingdom",
        "street": "12 Example Street", "bank": "Example Bank plc", "text": "Sample text", "unit": "pcs",
        "products": ("Design", "Development", "Support, 12 months"), "currency": "EUR", "record": "Sample record",
    },
    "uk": {
        "title": "Новий інтернет-магазин", "contact": ("Оксана", "Шевченко"), "second": ("Марко", "Коваль"),
        "post": "Директорка", "second_post": "Керівник ІТ", "company": "ТОВ «Меридіан»", "mine": "ТОВ «Приклад»",
        "employee": "Ганна Мельник", "employee_post": "Менеджерка з продажу", "city": "Київ", "country": "Україна",
        "street": "вул. Прикладна, 12", "bank": "АТ «Приклад Банк»", "text": "Зразок тексту", "unit": "шт.",
        "products": ("Дизайн", "Розробка", "Підтримка, 12 місяців"), "currency": "UAH", "record": "Зразок запису",
    },
}  # fmt: skip


def sample_card(bench: Workbench, locale: str, today: date, type_id: int = LEAD) -> CardSnapshot:
    """Fill a card in the language of the document; user fields are the portal's own, each with a value of its type."""
    words = _WORDS.get(locale, _WORDS["en"])
    fields = bench.deal_fields if type_id == DEAL else bench.lead_fields
    item = {"opportunity": "14280", "currencyId": words["currency"], "comments": words["text"]}
    item |= {"begindate": str(today), "closedate": str(today + timedelta(days=30))}
    companies = [_company(number, words, bench, today) for number in (1, 2)]
    all_fields = (*fields, *bench.contact_fields, *bench.company_fields)
    employee = Employee(1, words["employee"], position=words["employee_post"], email="anna@example.com")
    return CardSnapshot(
        entity=Entity(type_id, 1024),
        title=words["title"],
        item=item | _filled(fields, words, today),
        me=employee,
        contacts=tuple(_contact(number, words, bench, today) for number in (1, 2)),
        company=companies[0],
        my_company=companies[1],
        responsible=employee,
        products=tuple(_products(words["products"], words["unit"])),
        user_fields=fields,
        contact_fields=bench.contact_fields,
        company_fields=bench.company_fields,
        names={key_of(field, _value(field, words, today)): words["record"] for field in all_fields},
    )


def _contact(number: int, words: dict[str, Any], bench: Workbench, today: date) -> Person:
    first, last = words["contact" if number == 1 else "second"]
    return Person(
        "contact",
        CONTACT,
        number,
        f"{first} {last}",
        words["post" if number == 1 else "second_post"],
        (Email(f"contact{number}@example.com", "WORK"),),
        (Phone("+380 44 555 0100", "WORK"),),
        is_primary=number == 1,
        first_name=first,
        last_name=last,
        fields=_filled(bench.contact_fields, words, today),
    )


def _company(number: int, words: dict[str, Any], bench: Workbench, today: date) -> Organisation:
    name = words["company" if number == 1 else "mine"]
    fields = {
        "RQ_COMPANY_FULL_NAME": name, "RQ_VAT_ID": f"12345678{number}", "RQ_EDRPOU": f"1234567{number}",
        "RQ_DIRECTOR": " ".join(words["contact" if number == 1 else "second"]),
        "RQ_ACCOUNTANT": " ".join(words["second"]), "RQ_REGON": f"HRB {number}2345",
    }  # fmt: skip
    bank = {"RQ_BANK_NAME": words["bank"], "RQ_IBAN": f"UA21322313000002600723356600{number}", "RQ_SWIFT": "EXMPUAUK"}
    address = {"ADDRESS_1": words["street"], "CITY": words["city"], "POSTAL_CODE": "01001", "COUNTRY": words["country"]}
    return Organisation(
        number,
        name,
        (Email(f"company{number}@example.com", "WORK"),),
        (Phone("+380 44 555 0199", "WORK"),),
        (Requisites(number, name, fields, bank, address),),
        _filled(bench.company_fields, words, today),
    )


def _products(names: tuple[str, ...], unit: str) -> list[ProductRow]:
    rows = zip(names, (1.0, 60.0, 12.0), (4200.0, 95.0, 365.0), strict=True)
    return [
        ProductRow(number, name, quantity, price, unit, tax_rate=20, tax_included=True)
        for number, (name, quantity, price) in enumerate(rows, start=1)
    ]


def _filled(fields: tuple[UserField, ...], words: dict[str, Any], today: date) -> dict[str, Any]:
    values = {field.name: _value(field, words, today) for field in fields}
    return {field.name: [values[field.name]] if field.multiple else values[field.name] for field in fields}


def _value(field: UserField, words: dict[str, Any], today: date) -> str:
    if field.type == "enumeration":
        return field.options[0].id if field.options else ""
    if field.type == "crm":
        return str(1) if len(field.links) == 1 else "C_1"
    fixed = {
        "boolean": "Y", "integer": "3", "double": "2.5", "money": f"1200|{words['currency']}", "employee": "1",
        "date": str(today + timedelta(days=14)), "datetime": f"{today + timedelta(days=14)}T10:00:00+00:00",
        "url": "https://example.com", "address": f"{words['street']}, {words['city']}", "crm_status": "1",
    }  # fmt: skip
    return str(fixed.get(field.type, words["text"]))
