"""What the API shows of an envelope, all scalars as strings, nothing as null."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from b24app.sandbox.docusign import tabs
from b24app.sandbox.docusign.model import COPY, SIGNER, Envelope, Recipient, stamp
from b24app.sandbox.docusign.people import User
from b24app.sandbox.esign.paper import assemble

DAY_S = 86_400


def envelope_json(one: Envelope, include: Collection[str] = ()) -> dict[str, Any]:
    """`include`: recipients, tabs, documents, custom_fields."""
    base = f"/envelopes/{one.envelope_id}"
    expirations = one.notification["expirations"]
    shown: dict[str, Any] = {
        "envelopeId": one.envelope_id,
        "status": one.status,
        "emailSubject": one.subject,
        "emailBlurb": one.blurb,
        "transactionId": one.transaction_id,
        "envelopeUri": base,
        "documentsUri": f"{base}/documents",
        "documentsCombinedUri": f"{base}/documents/combined",
        "certificateUri": f"{base}/documents/certificate",
        "recipientsUri": f"{base}/recipients",
        "customFieldsUri": f"{base}/custom_fields",
        "notificationUri": f"{base}/notification",
        "sender": user_json(one.sender, one.account.account_id),
        "expireEnabled": expirations["expireEnabled"],
        "expireAfter": expirations["expireAfter"],
        "expireDateTime": stamp(expires_at(one)),
        "allowReassign": str(one.allow_reassign).lower(),
        "envelopeLocation": "current_site",
        "purgeState": "unpurged",
        "voidedReason": one.voided_reason,
        **_moments(one),
        **_included(one, include),
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def expires_at(one: Envelope) -> float | None:
    expirations = one.notification["expirations"]
    if one.sent_at is None or expirations["expireEnabled"] != "true":
        return None
    return one.sent_at + int(expirations["expireAfter"]) * DAY_S


def _moments(one: Envelope) -> dict[str, str | None]:
    return {
        "createdDateTime": stamp(one.created_at),
        "lastModifiedDateTime": stamp(one.changed_at),
        "statusChangedDateTime": stamp(one.changed_at),
        "sentDateTime": stamp(one.sent_at),
        "initialSentDateTime": stamp(one.sent_at),
        "deliveredDateTime": stamp(one.delivered_at),
        "completedDateTime": stamp(one.completed_at),
        "declinedDateTime": stamp(one.declined_at),
        "voidedDateTime": stamp(one.voided_at),
    }


def _included(one: Envelope, include: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "recipients" in include or "tabs" in include:
        found["recipients"] = recipients_json(one, with_tabs="tabs" in include)
    if "custom_fields" in include:
        found["customFields"] = custom_fields_json(one)
    if "documents" in include:
        found["envelopeDocuments"] = documents_json(one)["envelopeDocuments"]
    return found


def user_json(user: User, account_id: str) -> dict[str, str]:
    return {"userName": user.name, "userId": user.user_id, "accountId": account_id, "email": user.email}


def custom_fields_json(one: Envelope) -> dict[str, Any]:
    return {"textCustomFields": one.custom_fields, "listCustomFields": []}


def recipients_json(one: Envelope, *, with_tabs: bool = False) -> dict[str, Any]:
    groups = {"signers": SIGNER, "carbonCopies": COPY}
    shown: dict[str, Any] = {
        group: [recipient_json(each, with_tabs=with_tabs) for each in one.recipients if each.kind == kind]
        for group, kind in groups.items()
    }
    order = one.current_order()
    last = max((each.order for each in one.recipients), default=1)
    count, current = str(len(one.recipients)), str(last if order is None else order)
    return shown | {"inPersonSigners": [], "recipientCount": count, "currentRoutingOrder": current}


def recipient_json(one: Recipient, *, with_tabs: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "recipientId": one.recipient_id,
        "recipientIdGuid": one.guid,
        "userId": one.user_id,
        "name": one.name,
        "email": one.email,
        "routingOrder": str(one.order),
        "status": one.status,
        "recipientType": one.kind,
        "deliveryMethod": "email",
        "clientUserId": one.client_user_id,
        "sentDateTime": stamp(one.sent_at),
        "deliveredDateTime": stamp(one.delivered_at),
        "signedDateTime": stamp(one.signed_at),
        "declinedDateTime": stamp(one.declined_at),
        "declinedReason": one.declined_reason,
        "autoRespondedReason": one.bounce_reason,
    }
    if one.kind == SIGNER:
        shown["completedCount"] = "1" if one.done else "0"
        shown["totalTabCount"] = str(len(one.tabs))
        shown["tabs"] = tabs.shown(one.tabs) if with_tabs else None
    return {name: value for name, value in shown.items() if value not in (None, "")}


def documents_json(one: Envelope) -> dict[str, Any]:
    """The documents, and the certificate as `summary`."""
    base = f"/envelopes/{one.envelope_id}/documents"
    entries: list[dict[str, Any]] = [
        {
            "documentId": each.document_id,
            "documentIdGuid": each.guid,
            "name": each.name,
            "type": "content",
            "uri": f"{base}/{each.document_id}",
            "order": str(each.order),
            "pages": [_page(number, size) for number, size in enumerate(assemble.sizes(each.content), 1)],
            "display": "inline",
            "includeInDownload": "true",
            "signerMustAcknowledge": "no_interaction",
        }
        for each in one.documents
    ]
    summary = {"documentId": "certificate", "name": "Summary", "type": "summary", "uri": f"{base}/certificate"}
    entries.append({**summary, "order": "999", "display": "inline", "includeInDownload": "true"})
    return {"envelopeId": one.envelope_id, "envelopeDocuments": entries}


def _page(number: int, size: assemble.Size) -> dict[str, str]:
    return {
        "pageId": str(number),
        "sequence": str(number),
        "width": str(round(size.width)),
        "height": str(round(size.height)),
        "dpi": "72",
    }


def audit_json(one: Envelope) -> dict[str, Any]:
    """One list of name/value pairs for each event."""
    return {"auditEvents": [{"eventFields": _event(one, *event)} for event in one.audit]}


def _event(one: Envelope, at: float, what: str, who: str) -> list[dict[str, str]]:
    pairs = {"logTime": str(stamp(at)), "UserName": who, "Action": what, "EnvelopeStatus": one.status}
    return [{"name": name, "value": value} for name, value in pairs.items()]
