"""What placeholders are called: `company.requisites.vat_id` is "Company, requisites: VAT or tax ID"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from b24app.errors import N_

ROOM = {
    "card": N_("Card"),
    "lead": N_("Lead"),
    "deal": N_("Deal"),
    "director": N_("Director of the company"),
    "contact": N_("Contact"),
    "company": N_("Company"),
    "my_company": N_("My company"),
    "requisites": N_("requisites"),
    "bank": N_("bank"),
    "responsible": N_("Responsible employee"),
}

PROPERTY = {
    "title": N_("title"),
    "full_name": N_("full name"),
    "name": N_("name"),
    "email": N_("e-mail address"),
    "phone": N_("phone"),
    "post": N_("position"),
    "address": N_("address"),
    "director": N_("director"),
    "registration_number": N_("registration number"),
    "vat_id": N_("VAT or tax ID"),
    "iban": N_("IBAN"),
    "bic": N_("BIC"),
    "opportunity": N_("amount"),
    "products": N_("products"),
    "contacts": N_("contacts"),
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "accountant": N_("accountant"),
    "comments": N_("comment"),
    "total": N_("total"),
    "net": N_("net total"),
    "tax": N_("tax"),
    "quantity": N_("quantity"),
    "unit": N_("unit"),
    "price": N_("price"),
    "sum": N_("sum"),
}


def property_words(path: str, say: Callable[[str], str]) -> str:
    """Read a placeholder's path aloud."""
    place, name = place_and_name(path, say)
    return f"{place}: {name}" if place else name


def place_and_name(path: str, say: Callable[[str], str]) -> tuple[str, str]:
    *rooms, last = path.split(".")
    return ", ".join(_named(ROOM, room, say) for room in rooms), _named(PROPERTY, last, say)


def _named(names: Mapping[str, str], word: str, say: Callable[[str], str]) -> str:
    return say(names[word]) if word in names else word.removeprefix("UF_CRM_").replace("_", " ").lower()
