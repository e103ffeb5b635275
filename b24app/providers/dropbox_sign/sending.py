"""An order as the body of /signature_request/send and /create_embedded, without the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.errors import Trouble
from b24app.providers.base import Order
from b24app.providers.dropbox_sign import fields, units
from b24app.providers.dropbox_sign.capabilities import TEST_MODE, TITLE, Settings, client_id
from b24app.providers.refusals import refusal

OUR_REF = "paraph_ref"
"""In `metadata`, which comes back in every answer and event, and which every reader of the API sees."""


def body(order: Order, settings: Settings) -> dict[str, Any]:
    """Write everything down but the file. What is empty is left out, so that the service's own words stand.

    Raises: INVALID for a place of somebody who does not sign.
    """
    said = {
        "title": order.title,
        "subject": order.subject,
        "message": order.message,
        "signers": _signers(order),
        "cc_email_addresses": list(order.copies),
        "form_fields_per_document": _form_fields(order),
        "form_field_groups": fields.groups(order.fields),
        "form_field_rules": fields.rules(order.fields),
        "custom_fields": fields.custom_fields(order.fields),
        "metadata": {OUR_REF: order.ref},
        "expires_at": units.deadline_s(order.expires_at) if order.expires_at else None,
        "client_id": client_id(settings),
        "allow_decline": True,  # else who does not want to sign stays silent
        "test_mode": bool(settings.get(TEST_MODE)),
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _signers(order: Order) -> list[dict[str, Any]]:
    turns = zip(order.signers, units.ranks(order.signers), strict=True)
    return [
        {"name": signer.name, "email_address": signer.email} | ({} if turn is None else {"order": turn})
        for signer, turn in turns
    ]


def _form_fields(order: Order) -> list[dict[str, Any]]:
    """Without any place the service appends a page for signatures, and lets no signer be corrected afterwards."""
    indexes: Mapping[str, str] = units.signer_indexes(order.signers)
    try:
        return fields.form_fields(order.fields, indexes)
    except KeyError as error:
        raise refusal(Trouble.INVALID, TITLE, code="signer") from error
