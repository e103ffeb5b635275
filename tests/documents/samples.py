"""Values and parties that fill the shipped example."""

from __future__ import annotations

from b24app.documents.templates import PartyBlock, TemplateValues

VALUES: TemplateValues = {
    "document.number": "2026-0147",
    "today": "24 November 2026",
    "lead.title": "Online shop for organic coffee",
    "lead.opportunity": "€14,280.00",
    "my_company.requisites.name": "Nordlicht Digital GmbH",
    "my_company.requisites.registration_number": "HRB 204871 B",
    "my_company.requisites.address": "Torstraße 140\n10119 Berlin",
    "my_company.requisites.director": "Katrin Vogel",
    "my_company.requisites.vat_id": "DE318204771",
    "my_company.bank.name": "Berliner Sparkasse",
    "my_company.bank.iban": "DE44 1005 0000 0190 2233 44",
    "company.requisites.name": "ТОВ «Кавова гільдія»",
    "company.requisites.address": "вул. Хрещатик, 22, Київ",
    "company.requisites.director": "Оксана Шевченко",
    "company.requisites.vat_id": "UA3345678",
    "responsible.full_name": "Jonas Weber",
    "contact.full_name": "Оксана Шевченко",
    "contact.email": "oksana@kava.example",
    "products": {
        "rows": [
            {"name": "Design", "quantity": "1", "price": "€4,200.00", "sum": "€4,200.00"},
            {"name": "Розробка", "quantity": "60", "unit": "h", "price": "€95.00", "sum": "€5,700.00"},
        ],
        "totals": [{"label": "Subtotal", "value": "€9,900.00"}, {"label": "Total", "value": "€11,781.00"}],
    },
}


def parties(count: int) -> list[PartyBlock]:
    signers = [PartyBlock(str(n), f"Party {n}", company="Acme", post="Director") for n in range(1, count)]
    return [*signers, PartyBlock("approver", "Contractor", company="Nordlicht")]
