"""Orders as services hand them over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.domain.fields import Check, Field, FieldType
from b24app.domain.signature_request import Signer
from b24app.providers.base import Order
from tests.providers.contract import an_order


def order_for(people: int, **changes: Any) -> Order:
    """So many signers one after the other, a signature for each."""
    signers = [
        Signer(f"signer-{number}", number, f"Олена Signer {number}", f"signer{number}@example.com", order=number)
        for number in range(1, people + 1)
    ]
    fields = [place(f"signature-{n}", FieldType.SIGNATURE, str(n), y_pt=60.0 + 80 * n) for n in range(1, people + 1)]
    return replace(an_order(), signers=signers, fields=fields, **changes)


def place(id: str, type: FieldType, signer: str = "1", **changes: Any) -> Field:
    known: dict[str, Any] = {"page": 1, "x_pt": 72.0, "y_pt": 100.0, "w_pt": 180.0, "h_pt": 24.0, "label": id}
    return Field(id, signer, type, **{**known, **changes})


def every_type() -> list[Field]:
    """One of each kind that Dropbox Sign knows, with everything that can be said about it."""
    kinds = [
        place("sign", FieldType.SIGNATURE),
        place("initials", FieldType.INITIALS, required=False),
        place("date", FieldType.DATE, font_size_pt=9.0),
        place("name", FieldType.NAME, hint="As in your passport"),
        place("company", FieldType.COMPANY),
        place("email", FieldType.EMAIL),
        place("title", FieldType.TITLE, required=False),
        place("text", FieldType.TEXT, check=Check.PATTERN, pattern="[A-Z]{2}|[0-9]{2}", hint="Two letters"),
        place("number", FieldType.NUMBER),
        place("day", FieldType.DAY),
        place("fixed", FieldType.TEXT, default="Договір 12", read_only=True),
        place("tick", FieldType.CHECKBOX, default="yes", required=False),
        place("fixed-tick", FieldType.CHECKBOX, default="yes", read_only=True),
        place("post", FieldType.RADIO, group="Delivery", label="Post", default="yes"),
        place("mail", FieldType.RADIO, group="Delivery", label="E-mail", shown_when=""),
        place("list", FieldType.DROPDOWN, options=("One", "Two"), default="Two"),
        place("fixed-list", FieldType.DROPDOWN, options=("One", "Two"), default="One", read_only=True),
        place("why", FieldType.TEXT, shown_when="tick", required=False),
        place("where", FieldType.TEXT, shown_when="mail", required=False),
    ]
    return [replace(field, y_pt=20.0 + 40 * number) for number, field in enumerate(kinds)]
