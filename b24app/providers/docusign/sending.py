"""An order as DocuSign's envelope: one call sends it. Field names are the vendor's.

developers.docusign.com/docs/esign-rest-api/reference/envelopes/envelopes/create. All scalars are text.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from b24app.domain.signature_request import Signer
from b24app.providers.base import Created, Order
from b24app.providers.docusign.tabs import DOCUMENT_ID, tabs_of
from b24app.providers.docusign.units import NAME_CHARS, SUBJECT_CHARS, cut, days_until
from b24app.providers.docusign.words import LANGUAGES, REF_FIELD, WANTED_EVENTS

Body = dict[str, Any]


def envelope(order: Order, now: datetime) -> Body:
    """Write the whole envelope; DocuSign sends it off as soon as it has it.

    Nobody but the sender may put another signer in somebody's place. Our reference stands in two places: as
    transactionId, by which a lost answer is found, and in a custom field, which is kept for good.
    """
    return {
        "status": "sent",
        "emailSubject": cut(order.subject or order.title, SUBJECT_CHARS),
        "emailBlurb": order.message,
        "transactionId": order.ref,
        "allowReassign": "false",
        "documents": [_document(order)],
        "recipients": {
            "signers": [_signer(order, signer) for signer in order.signers],
            "carbonCopies": _copies(order),
        },
        "customFields": {
            "textCustomFields": [{"name": REF_FIELD, "value": order.ref, "show": "false", "required": "false"}]
        },
        "notification": _notification(order, now),
        **({"eventNotification": _events(order.notify_url)} if order.notify_url else {}),
    }


def recipient_id(signer: Signer) -> str:
    """DocuSign takes numbers of our own for recipients, and keeps them when an address changes."""
    return str(signer.position)


def created(order: Order, envelope_id: str, status: str) -> Created:
    return Created(
        envelope_id,
        {signer.id: recipient_id(signer) for signer in order.signers},
        is_out=status not in ("created", "processing"),
    )


def _document(order: Order) -> Body:
    return {
        "documentId": DOCUMENT_ID,
        "name": cut(PurePath(order.file_name).stem or order.title, NAME_CHARS),
        "fileExtension": "pdf",
        "documentBase64": base64.b64encode(order.pdf()).decode(),
    }


def _signer(order: Order, signer: Signer) -> Body:
    """A signer who signs inside our page has a clientUserId: that alone keeps DocuSign from writing to him."""
    return {
        "recipientId": recipient_id(signer),
        "routingOrder": str(signer.order),
        "name": cut(signer.name, NAME_CHARS),
        "email": signer.email,
        "tabs": tabs_of(signer, order.fields),
        **({"clientUserId": signer.id} if signer.id in order.embedded else _letter(order, signer)),
    }


def _letter(order: Order, signer: Signer) -> Body:
    """The language of DocuSign's own words in his letter and on his pages."""
    language = LANGUAGES.get(signer.locale)
    if language is None:
        return {}
    words = {"emailSubject": cut(order.subject or order.title, SUBJECT_CHARS)}
    words |= {"emailBody": order.message} if order.message else {}
    return {"emailNotification": {"supportedLanguage": language, **words}}


def _copies(order: Order) -> list[Body]:
    """Copies come last in the order: they go out when everybody has signed."""
    last = max(signer.order for signer in order.signers) + 1
    first_id = max(signer.position for signer in order.signers) + 1
    return [
        {
            "recipientId": str(first_id + index),
            "routingOrder": str(last),
            "name": cut(email, NAME_CHARS),
            "email": email,
        }
        for index, email in enumerate(order.copies)
    ]


def _notification(order: Order, now: datetime) -> Body:
    """Reminders are the house's own. Without a deadline of ours the account's default ends an envelope."""
    expirations = {"expireEnabled": "false"}
    if order.expires_at is not None:
        expirations = {"expireEnabled": "true", "expireAfter": days_until(order.expires_at, now), "expireWarn": "0"}
    return {"useAccountDefaults": "false", "reminders": {"reminderEnabled": "false"}, "expirations": expirations}


def _events(url: str) -> Body:
    """Connect for this envelope alone: one JSON message for each event, signed, repeated until we have it."""
    return {
        "url": url,
        "events": list(WANTED_EVENTS),
        "eventData": {"version": "restv2.1", "format": "json", "includeData": ["recipients", "custom_fields"]},
        "deliveryMode": "SIM",
        "includeHMAC": "true",
        "requireAcknowledgment": "true",
        "loggingEnabled": "true",
    }


def recipients(recipient: Mapping[str, str]) -> Body:
    """The body that corrects or reminds one signer."""
    return {"signers": [dict(recipient)]}
