"""Orders to send: so many signers, every type of place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.domain.fields import Check, Field, FieldType
from b24app.domain.signature_request import Signer
from b24app.providers.base import Order
from b24app.providers.docusign.capabilities import FIELD_TYPES
from tests.providers.contract import an_order


def people(count: int) -> list[Signer]:
    return [
        Signer(
            f"signer-{n}", n, f"Signer {n}", f"signer{n}@people.example", order=n, company="Meridian GmbH", locale="uk"
        )
        for n in range(1, count + 1)
    ]


def order_for(count: int, **changes: Any) -> Order:
    """A signature for each of so many people."""
    signers = people(count)
    fields = [field(FieldType.SIGNATURE, str(one.position), y_pt=60 + 80 * one.position) for one in signers]
    return replace(an_order(), signers=signers, fields=fields, **changes)


def field(type: FieldType, signer: str = "1", **changes: Any) -> Field:
    id = changes.pop("id", f"{type}-{signer}")
    known = {"page": 1, "x_pt": 100.4, "y_pt": 200.6, "w_pt": 120.0, "h_pt": 20.0, "label": str(type).title()}
    return Field(id, signer, type, **{**known, **changes})


def order_of_everything() -> Order:
    """Every type of place that DocuSign has, with all that can be said about it."""
    special = {
        FieldType.CHECKBOX: {"default": "yes"},
        FieldType.DROPDOWN: {"options": ("Gold", "Silver"), "default": "Silver"},
        FieldType.RADIO: {"id": "radio-a", "group": "delivery", "label": "By post"},
        FieldType.TEXT: {"check": Check.PATTERN, "pattern": "[A-Z]{2}-[0-9]+", "hint": "Such as AB-12"},
        FieldType.NUMBER: {"default": "12", "read_only": True},
    }
    fields = [
        field(type, y_pt=30.0 + 40 * index, **special.get(type, {})) for index, type in enumerate(sorted(FIELD_TYPES))
    ]
    fields += [
        field(FieldType.RADIO, id="radio-b", group="delivery", label="By hand", y_pt=600, default="yes"),
        field(FieldType.TEXT, id="when-ticked", y_pt=640, shown_when="checkbox-1", required=False),
        field(FieldType.DAY, id="when-by-post", y_pt=680, shown_when="radio-a", check=Check.DAY, required=False),
    ]
    return replace(an_order(), signers=people(1), fields=fields)
