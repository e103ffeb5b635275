"""What a template can print of a card: a flat path -> text, already formatted for the document's language.

Paths: card.* (also by the card's own name: lead.*, deal.*), contact.* (the first contact), contacts (all of them, for
loops), director.* (the contact who directs the company), company.* and my_company.* (with requisites.* and bank.*),
responsible.*, products, document.number, today. User properties stand under their original names: lead.UF_CRM_X.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from b24app.bitrix.card import CardSnapshot, Organisation, Person, ProductRow, Requisites
from b24app.bitrix.entities import COMPANY, CONTACT, DEAL, LEAD, card_path
from b24app.bitrix.values import is_yes, number, text
from b24app.documents.templates import Printed, Products, TemplateValues, Total
from b24app.documents.templates import ProductRow as PriceRow
from b24app.domain.days import zone_named
from b24app.services.property_texts import day_text, money_text, number_text, properties

_TOTALS = {
    "en": ("Net", "Tax", "Total"),
    "uk": ("Сума без податку", "Податок", "Разом до сплати"),
}
_OWN_NAMES = {LEAD: ("card", "lead"), DEAL: ("card", "deal", "lead")}
_DIRECTOR_FIELDS = ("RQ_DIRECTOR", "RQ_CEO_NAME")
_DIRECTOR_WORDS = (
    "director", "ceo", "chief executive", "managing", "president", "head of the company", "owner",
    "директор", "керівник", "генеральн", "президент", "голова правління", "власни",
)  # fmt: skip


def card_values(card: CardSnapshot, locale: str, today: date, earlier: int = 0) -> TemplateValues:
    """Flatten a card for `documents.templates.render_template`; what the card lacks is simply absent.

    `earlier`: how many documents of this card were sent before; it tells their numbers apart.
    """
    zone = zone_named(card.me.time_zone or "UTC")
    currency = text(card.item.get("currencyId")) or "EUR"
    values: dict[str, Any] = {
        "today": day_text(today, locale),
        "document.number": f"{card.entity.id}/{today:%Y}" + (f"-{earlier + 1}" if earlier else ""),
    }
    own = _own(card, currency, locale, zone)
    values |= {f"{name}.{rest}": value for name in own_names(card.entity.type_id) for rest, value in own.items()}
    values |= _people(card, locale, zone)
    for prefix, company in (("company", card.company), ("my_company", card.my_company)):
        if company:
            values |= dict(properties(prefix, card.company_fields, company.fields, card.names, locale, zone))
            values |= _organisation(prefix, company)
    if card.responsible:
        values |= {
            "responsible.full_name": card.responsible.name,
            "responsible.post": card.responsible.position,
            "responsible.email": card.responsible.email,
        }
    if card.products:
        values["products"] = price_table(card.products, currency, locale)
        values |= _totals_of(card.products, currency, locale)
    return values


def own_names(type_id: int) -> tuple[str, ...]:
    """Name a card's own values in placeholders; `lead` works on deals too, so that one template serves both."""
    return _OWN_NAMES.get(type_id, ("card", "item", "lead"))


def checkbox_values(card: CardSnapshot) -> dict[str, bool]:
    """Path -> ticked, for every yes/no property of the card, under each of the card's names."""
    return {
        f"{name}.{field.name}": is_yes(card.item.get(field.name))
        for field in card.user_fields
        if field.type == "boolean" and not field.multiple
        for name in own_names(card.entity.type_id)
    }


def checkbox_label(card: CardSnapshot, path: str) -> str:
    """Call a tick box as its property is called, or by its path."""
    name = path.partition(".")[2]
    return next((field.label for field in card.user_fields if field.name == name), "") or path


def director(card: CardSnapshot) -> Person | None:
    """Find who directs the company: the contact named in its requisites, else one whose position says so."""
    everybody = [person for person in card.people if person.crm_type_id == CONTACT]
    own = card.company.requisites[:1] if card.company else ()
    named = _first(own[0].fields, *_DIRECTOR_FIELDS) if own else ""
    words = set(named.casefold().split())
    by_name = (p for p in everybody if words and words == set(p.name.casefold().split()))
    by_post = (p for p in everybody if any(word in p.post.casefold() for word in _DIRECTOR_WORDS))
    return next(by_name, None) or next(by_post, None)


def place_of(card: CardSnapshot, path: str) -> str:
    """Give the path of the CRM record in which a missing value is filled in; "" where there is none."""
    head, contact = path.partition(".")[0], first_contact(card)
    if head == "company":
        return card_path(COMPANY, card.company.id) if card.company else card.entity.path
    if head == "my_company":
        return card_path(COMPANY, card.my_company.id) if card.my_company else ""
    if head in ("contact", "director"):
        person = contact if head == "contact" else director(card)
        return card_path(person.crm_type_id, person.crm_id) if person else card.entity.path
    if head == "responsible" and card.responsible:
        return f"/company/personal/user/{card.responsible.id}/"
    return card.entity.path if head in (*own_names(card.entity.type_id), "products", "contacts") else ""


def price_table(rows: tuple[ProductRow, ...], currency: str, locale: str) -> Products:
    """Format the product rows and their totals; Bitrix24's price holds discount and tax."""
    written = _totals_of(rows, currency, locale)
    net_label, tax_label, total_label = _TOTALS.get(locale.partition("_")[0], _TOTALS["en"])
    totals: list[Total] = []
    if "products.tax" in written:
        totals += [
            {"label": net_label, "value": written["products.net"]},
            {"label": tax_label, "value": written["products.tax"]},
        ]
    totals.append({"label": total_label, "value": written["products.total"]})
    return {"rows": [_price_row(row, currency, locale) for row in rows], "totals": totals}


def first_contact(card: CardSnapshot) -> Person | None:
    everybody = (*card.contacts, *card.company_contacts)
    return next(
        (p for p in everybody if p.crm_type_id == CONTACT and p.is_primary), everybody[0] if everybody else None
    )


def _own(card: CardSnapshot, currency: str, locale: str, zone: ZoneInfo) -> dict[str, Any]:
    """The card's values without its name: "title", "opportunity", "UF_CRM_X", ..."""
    values: dict[str, Any] = {"id": str(card.entity.id), "title": card.title, "currency": currency}
    if amount := number(card.item.get("opportunity")):  # a card without an amount says 0
        values["opportunity"] = money_text(amount, currency, locale)
    found = properties("", card.user_fields, card.item, card.names, locale, zone)
    values |= {path.removeprefix("."): value for path, value in found}
    return values | (_person(card.lead_person) if card.lead_person else {})


def _people(card: CardSnapshot, locale: str, zone: ZoneInfo) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for prefix, person in (("contact", first_contact(card)), ("director", director(card))):
        if person:
            values |= dict(properties(prefix, card.contact_fields, person.fields, card.names, locale, zone))
            values |= {f"{prefix}.{rest}": value for rest, value in _person(person).items()}
    values["contacts"] = [_person(person) for person in card.people if person.crm_type_id == CONTACT]
    return values


def _totals_of(rows: Iterable[ProductRow], currency: str, locale: str) -> dict[str, Printed]:
    """What the products come to; net and tax only where there is tax."""
    gross = sum(row.price * row.quantity for row in rows)
    tax = sum(_tax_of(row) for row in rows)
    sums = {"total": gross} | ({"net": gross - tax, "tax": tax} if tax else {})
    return {f"products.{name}": money_text(f"{value:.2f}", currency, locale) for name, value in sums.items()}


def _price_row(row: ProductRow, currency: str, locale: str) -> PriceRow:
    return {
        "name": row.name,
        "quantity": number_text(row.quantity, locale),
        "unit": row.measure,
        "price": money_text(row.price, currency, locale),
        "sum": money_text(row.price * row.quantity, currency, locale),
        "tax": Printed(f"{row.tax_rate:g} %", "number", f"{row.tax_rate:g}") if row.tax_rate else "",
    }


def _tax_of(row: ProductRow) -> float:
    if not row.tax_rate:
        return 0.0
    return row.price * row.quantity * row.tax_rate / (100 + row.tax_rate)


def _person(person: Person) -> dict[str, str]:
    return {
        "full_name": person.name,
        "first_name": person.first_name,
        "second_name": person.second_name,
        "last_name": person.last_name,
        "post": person.post,
        "email": person.emails[0].value if person.emails else "",
        "phone": person.phones[0].value if person.phones else "",
    }


def _organisation(prefix: str, company: Organisation) -> dict[str, str]:
    values = {
        f"{prefix}.title": company.title,
        f"{prefix}.email": company.emails[0].value if company.emails else "",
        f"{prefix}.phone": company.phones[0].value if company.phones else "",
    }
    return values | (_requisites(prefix, company.requisites[0]) if company.requisites else {})


def _requisites(prefix: str, own: Requisites) -> dict[str, str]:
    """Requisites depend on the country's preset: the first filled of the usual fields counts, each has its own path."""
    fields, bank = own.fields, own.bank
    raw = {f"{prefix}.requisites.{name}": text(value) for name, value in fields.items() if name.startswith("RQ_")}
    raw |= {f"{prefix}.bank.{name}": text(value) for name, value in bank.items() if name.startswith("RQ_")}
    return raw | {
        f"{prefix}.requisites.name": _first(fields, "RQ_COMPANY_FULL_NAME", "RQ_COMPANY_NAME", "RQ_NAME") or own.name,
        f"{prefix}.requisites.vat_id": _first(fields, "RQ_VAT_ID", "RQ_INN", "RQ_EDRPOU"),
        f"{prefix}.requisites.director": _first(fields, *_DIRECTOR_FIELDS),
        f"{prefix}.requisites.accountant": _first(fields, "RQ_ACCOUNTANT"),
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
