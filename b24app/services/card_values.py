"""What a template can print of a card: a flat path -> text, already formatted for the document's language.

Paths: lead.*, contact.* (the first contact), company.* and my_company.* (with requisites.* and bank.*),
responsible.*, document.number, today, products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from b24app.bitrix.card import CardSnapshot, Organisation, Person, ProductRow, Requisites, UserField
from b24app.bitrix.entities import CONTACT
from b24app.bitrix.values import is_yes, number, text
from b24app.documents import formats
from b24app.documents.templates import ProductRow as PriceRow
from b24app.documents.templates import Products, TemplateValues, Total

_TOTALS = {
    "en": ("Net", "Tax", "Total"),
    "uk": ("Сума без податку", "Податок", "Разом до сплати"),
}


def card_values(card: CardSnapshot, locale: str, today: date, earlier: int = 0) -> TemplateValues:
    """Flatten a card for `documents.templates.render_template`; what the card lacks is simply absent.

    `earlier`: how many documents of this card were sent before; it tells their numbers apart.
    """
    currency = text(card.item.get("currencyId")) or "EUR"
    values: dict[str, Any] = {
        "today": formats.date(today, locale),
        "document.number": f"{card.entity.id}/{today:%Y}" + (f"-{earlier + 1}" if earlier else ""),
        "lead.id": str(card.entity.id),
        "lead.title": card.title,
        "lead.currency": currency,
    }
    if amount := number(card.item.get("opportunity")):  # a card without an amount says 0
        values["lead.opportunity"] = formats.money(amount, currency, locale)
    values |= dict(_properties(card, locale))
    values |= _person("lead", card.lead_person)
    values |= _person("contact", _first_contact(card))
    values |= _organisation("company", card.company)
    values |= _organisation("my_company", card.my_company)
    if card.responsible:
        values |= {"responsible.full_name": card.responsible.name, "responsible.post": card.responsible.position}
    if card.products:
        values["products"] = price_table(card.products, currency, locale)
    return values


def checkbox_values(card: CardSnapshot) -> dict[str, bool]:
    """Path -> ticked, for every yes/no property of the card."""
    return {
        f"lead.{field.name}": is_yes(card.item.get(field.name))
        for field in card.user_fields
        if field.type == "boolean" and not field.multiple
    }


def price_table(rows: tuple[ProductRow, ...], currency: str, locale: str) -> Products:
    """Format the product rows and their totals; Bitrix24's price holds discount and tax."""
    gross = sum(row.price * row.quantity for row in rows)
    tax = sum(_tax_of(row) for row in rows)
    net_label, tax_label, total_label = _TOTALS.get(locale.partition("_")[0], _TOTALS["en"])
    totals: list[Total] = []
    if tax:
        totals += [
            {"label": net_label, "value": formats.money(gross - tax, currency, locale)},
            {"label": tax_label, "value": formats.money(tax, currency, locale)},
        ]
    totals.append({"label": total_label, "value": formats.money(gross, currency, locale)})
    return {"rows": [_price_row(row, currency, locale) for row in rows], "totals": totals}


def _price_row(row: ProductRow, currency: str, locale: str) -> PriceRow:
    return {
        "name": row.name,
        "quantity": formats.number(row.quantity, locale),
        "unit": row.measure,
        "price": formats.money(row.price, currency, locale),
        "sum": formats.money(row.price * row.quantity, currency, locale),
        "tax": f"{row.tax_rate:g} %" if row.tax_rate else "",
    }


def _tax_of(row: ProductRow) -> float:
    if not row.tax_rate:
        return 0.0
    return row.price * row.quantity * row.tax_rate / (100 + row.tax_rate)


def _properties(card: CardSnapshot, locale: str) -> Iterator[tuple[str, str]]:
    """The card's own properties by their original names; lists by the text of their option."""
    for field in card.user_fields:
        value = card.item.get(field.name)
        several = value if isinstance(value, list) else [value]
        yield f"lead.{field.name}", ", ".join(filter(None, (_property(field, v, locale) for v in several)))


def _property(field: UserField, value: Any, locale: str) -> str:
    if field.type == "enumeration":
        return next((option.value for option in field.options if option.id == str(value)), "")
    if field.type in ("date", "datetime") and text(value):
        return formats.date(datetime.fromisoformat(text(value)).date(), locale)
    if field.type == "money" and "|" in text(value):
        amount, _, currency = text(value).partition("|")
        return formats.money(number(amount), currency, locale)
    return text(value)


def _first_contact(card: CardSnapshot) -> Person | None:
    everybody = (*card.contacts, *card.company_contacts)
    return next(
        (p for p in everybody if p.crm_type_id == CONTACT and p.is_primary), everybody[0] if everybody else None
    )


def _person(prefix: str, person: Person | None) -> dict[str, str]:
    if person is None:
        return {}
    return {
        f"{prefix}.full_name": person.name,
        f"{prefix}.post": person.post,
        f"{prefix}.email": person.emails[0].value if person.emails else "",
        f"{prefix}.phone": person.phones[0].value if person.phones else "",
    }


def _organisation(prefix: str, company: Organisation | None) -> dict[str, str]:
    if company is None:
        return {}
    values = {
        f"{prefix}.title": company.title,
        f"{prefix}.email": company.emails[0].value if company.emails else "",
        f"{prefix}.phone": company.phones[0].value if company.phones else "",
    }
    return values | (_requisites(prefix, company.requisites[0]) if company.requisites else {})


def _requisites(prefix: str, own: Requisites) -> dict[str, str]:
    """Requisites depend on the country's preset: the first filled of the usual fields counts."""
    fields, bank = own.fields, own.bank
    return {
        f"{prefix}.requisites.name": _first(fields, "RQ_COMPANY_FULL_NAME", "RQ_COMPANY_NAME", "RQ_NAME") or own.name,
        f"{prefix}.requisites.vat_id": _first(fields, "RQ_VAT_ID", "RQ_INN", "RQ_EDRPOU"),
        f"{prefix}.requisites.director": _first(fields, "RQ_DIRECTOR", "RQ_CEO_NAME"),
        f"{prefix}.requisites.registration_number": _first(fields, "RQ_REGON", "RQ_OGRN", "RQ_SIRET", "RQ_EDRPOU"),
        f"{prefix}.requisites.address": _address(own.address),
        f"{prefix}.bank.name": _first(bank, "RQ_BANK_NAME", "NAME"),
        f"{prefix}.bank.iban": _first(bank, "RQ_IBAN", "RQ_ACC_NUM"),
        f"{prefix}.bank.bic": _first(bank, "RQ_SWIFT", "RQ_BIC", "RQ_BIK"),
    }


def _address(address: Mapping[str, Any]) -> str:
    street = ", ".join(filter(None, (text(address.get("ADDRESS_1")), text(address.get("ADDRESS_2")))))
    city = " ".join(filter(None, (text(address.get("POSTAL_CODE")), text(address.get("CITY")))))
    return ", ".join(filter(None, (street, city, text(address.get("COUNTRY")))))


def _first(fields: Mapping[str, Any], *names: str) -> str:
    return next((text(fields.get(name)) for name in names if text(fields.get(name))), "")
