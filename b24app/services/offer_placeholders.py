"""The pick-list of the editor: every placeholder that means something in this portal, with its present value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.card import CardSnapshot, UserField
from b24app.bitrix.entities import DEAL, LEAD
from b24app.errors import N_
from b24app.services.template_options import TemplateOptions

MOST_VALUE_CHARS = 80

_PERSON = (
    ("full_name", N_("Full name")), ("first_name", N_("First name")), ("last_name", N_("Last name")),
    ("post", N_("Position")), ("email", N_("E-mail")), ("phone", N_("Phone")),
)  # fmt: skip
_COMPANY = (
    ("title", N_("Name in the CRM")), ("email", N_("E-mail")), ("phone", N_("Phone")),
    ("requisites.name", N_("Full legal name")), ("requisites.registration_number", N_("Registration number")),
    ("requisites.vat_id", N_("VAT or tax ID")), ("requisites.address", N_("Address")),
    ("requisites.director", N_("Director")), ("requisites.accountant", N_("Accountant")),
    ("bank.name", N_("Bank")), ("bank.iban", N_("IBAN")), ("bank.bic", N_("BIC")),
)  # fmt: skip
_CARD = (
    ("title", N_("Title")), ("opportunity", N_("Amount")), ("currency", N_("Currency")), ("id", N_("Number")),
    ("comments", N_("Comment")), ("createdTime", N_("Created on")), ("begindate", N_("Start date")),
    ("closedate", N_("End date")),
)  # fmt: skip
_DOCUMENT = (("today", N_("Today’s date")), ("document.number", N_("Number of the document")))
_PRODUCTS = (("products.total", N_("Total")), ("products.net", N_("Net total")), ("products.tax", N_("Tax")))


@dataclass(frozen=True)
class Offer:
    """`label` is a gettext key, unless `is_own`: then it is the portal's own word. `insert` goes into the text."""

    path: str
    label: str
    value: str
    insert: str
    is_own: bool = False


@dataclass(frozen=True)
class OfferGroup:
    title: str  # gettext key
    offers: tuple[Offer, ...]


def offer_placeholders(
    card: CardSnapshot, options: TemplateOptions, values: Mapping[str, Any]
) -> tuple[OfferGroup, ...]:
    """Group the placeholders by where their values come from."""
    own = card_name(options)
    groups = (
        (N_("Document"), _fixed("", _DOCUMENT, values)),
        (N_("Card"), _fixed(own, _CARD, values)),
        (N_("Properties of the card"), _properties(own, card.user_fields, values)),
        (N_("First contact"), _fixed("contact", _PERSON, values)),
        (N_("Properties of the contact"), _properties("contact", card.contact_fields, values)),
        (N_("Director of the company"), _fixed("director", _PERSON[:4], values)),
        (N_("Company"), _fixed("company", _COMPANY, values)),
        (N_("Properties of the company"), _properties("company", card.company_fields, values)),
        (N_("My company"), _fixed("my_company", _COMPANY, values)),
        (N_("Further requisites"), _raw(values)),
        (N_("Responsible employee"), _fixed("responsible", (_PERSON[0], _PERSON[3], _PERSON[4]), values)),
        (N_("Products"), _products(values)),
    )
    return tuple(OfferGroup(title, offers) for title, found in groups if (offers := tuple(found)))


def card_name(options: TemplateOptions) -> str:
    """Name the card in placeholders: by its type where a template serves only one."""
    only = options.types[0] if len(options.types) == 1 else 0
    return {LEAD: "lead", DEAL: "deal"}.get(only, "card")


def _fixed(prefix: str, names: Iterable[tuple[str, str]], values: Mapping[str, Any]) -> Iterator[Offer]:
    for name, label in names:
        path = f"{prefix}.{name}" if prefix else name
        yield Offer(path, label, _shown(path, values), f"{{{{ {path} }}}}")


def _properties(prefix: str, fields: Iterable[UserField], values: Mapping[str, Any]) -> Iterator[Offer]:
    for field in fields:
        path = f"{prefix}.{field.name}"
        is_box = field.type == "boolean" and prefix not in ("contact", "company")
        insert = f"- [ ] {{{{ {path} }}}} {field.label}" if is_box else f"{{{{ {path} }}}}"
        if field.type not in ("file", "iblock_section", "iblock_element"):
            yield Offer(path, field.label, _shown(path, values), insert, is_own=True)


def _raw(values: Mapping[str, Any]) -> Iterator[Offer]:
    """The fields of requisites by their own names, as far as they are filled in."""
    for path in sorted(values):
        if ".RQ_" in path and _shown(path, values):
            yield Offer(path, path.partition(".RQ_")[2], _shown(path, values), f"{{{{ {path} }}}}", is_own=True)


def _products(values: Mapping[str, Any]) -> Iterator[Offer]:
    yield Offer("products", N_("Price table with totals"), "", "{{ products }}")
    yield from _fixed("", _PRODUCTS, values)
    path = "products.total"
    words = f"{{{{ {path} | words }}}}"
    yield Offer(path, N_("Total in words"), "", words)
    row = "{{#each products}}\n- {{ item.name }}: {{ item.quantity }} {{ item.unit? }}, {{ item.sum }}\n{{/each}}"
    yield Offer("products", N_("A line for each product"), "", row)


def _shown(path: str, values: Mapping[str, Any]) -> str:
    value = values.get(path, "")
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if len(text) <= MOST_VALUE_CHARS else text[: MOST_VALUE_CHARS - 1] + "…"
