"""From an envelope definition to an envelope, refusing what the service refuses."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from b24app.sandbox.docusign import hooks, scalars, tabs
from b24app.sandbox.docusign.errors import ApiError, wrong
from b24app.sandbox.docusign.model import COPY, SIGNER, Document, Envelope, Recipient
from b24app.sandbox.docusign.people import Account, User
from b24app.sandbox.esign.paper import assemble
from b24app.sandbox.esign.paper.marks import Unreadable

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
GROUPS = {"signers": SIGNER, "carbonCopies": COPY}
ABSENT = ("templateId", "templateRoles", "compositeTemplates", "powerForm", "workflow")
DEFAULT_EXPIRY_DAYS = 120


def new_envelope(given: dict[str, Any], account: Account, sender: User, client_id: str, now: float) -> Envelope:
    """Check the definition and build the envelope; nothing is sent yet. Raises: ApiError."""
    scalars.check(given)
    if names := [name for name in ABSENT if given.get(name)]:
        raise ApiError("INVALID_REQUEST_BODY", f"{names[0]} is not known here.")
    if given.get("status", "created") not in ("created", "sent"):
        raise wrong("status must be created or sent.")
    if given.get("status") == "sent" and not _is_complete(given):
        raise ApiError("ENVELOPE_IS_INCOMPLETE")
    documents = _documents(given)
    made = Envelope(account, sender, client_id, now, [], documents)
    made.recipients = recipients(given.get("recipients") or {}, documents)
    made.subject = scalars.words(given, "emailSubject", 100)
    made.blurb = scalars.words(given, "emailBlurb", 10_000)
    made.transaction_id = scalars.words(given, "transactionId")
    made.allow_reassign = scalars.flag(given, "allowReassign", default=True)
    made.custom_fields = _custom_fields(given)
    made.notification = notification(given.get("notification") or {})
    made.hooks = hooks.of_envelope(given)
    made.changed_at = now
    return made


def _is_complete(given: dict[str, Any]) -> bool:
    """Documents, somebody on the way, a subject."""
    people = given.get("recipients") or {}
    return bool(given.get("documents") and any(people.get(group) for group in GROUPS) and given.get("emailSubject"))


def require_complete(envelope: Envelope) -> None:
    """The same of a draft. Raises: ApiError ENVELOPE_IS_INCOMPLETE."""
    if not (envelope.documents and envelope.recipients and envelope.subject):
        raise ApiError("ENVELOPE_IS_INCOMPLETE")


def _documents(given: dict[str, Any]) -> list[Document]:
    found = [_document(entry, index) for index, entry in enumerate(given.get("documents") or [], 1)]
    if len({one.document_id for one in found}) != len(found):
        raise wrong("documentId must be unique in the envelope.")
    return sorted(found, key=lambda one: one.order)


def _document(entry: dict[str, Any], index: int) -> Document:
    document_id = str(entry.get("documentId") or "")
    if not document_id.isdigit() or int(document_id) < 1:
        raise wrong("documentId must be a positive integer.")
    try:
        content = base64.b64decode(entry.get("documentBase64") or "", validate=True)
    except binascii.Error:
        raise ApiError("UNABLE_TO_CONVERT_DOCUMENT", "documentBase64 is not base64.") from None
    if entry.get("fileExtension", "pdf").lower() != "pdf" or content[:5] != b"%PDF-":
        raise ApiError("UNABLE_TO_CONVERT_DOCUMENT", "This stand-in takes PDF only.")
    try:
        assemble.sizes(content)
    except Unreadable as error:
        raise ApiError("UNABLE_TO_CONVERT_DOCUMENT") from error
    return Document(document_id, str(entry.get("name") or "document"), scalars.whole(entry, "order", index), content)


def recipients(given: dict[str, Any], documents: list[Document]) -> list[Recipient]:
    """Signers and carbon copies, in routing order."""
    if names := [name for name, entries in given.items() if entries and name not in GROUPS]:
        raise ApiError("INVALID_REQUEST_BODY", f"{names[0]} are not known here.")
    found = [_recipient(entry, kind, documents) for group, kind in GROUPS.items() for entry in given.get(group) or []]
    if len({one.recipient_id for one in found}) != len(found):
        raise wrong("recipientId must be unique in the envelope.")
    return sorted(found, key=lambda one: one.order)


def _recipient(entry: dict[str, Any], kind: str, documents: list[Document]) -> Recipient:
    recipient_id = str(entry.get("recipientId") or "")
    if not recipient_id:
        raise wrong("recipientId is missing.")
    name = scalars.words(entry, "name", 100)
    if not name:
        raise wrong(f"The name of recipient {recipient_id} is missing.")
    made = Recipient(recipient_id, kind, name, email(entry), scalars.whole(entry, "routingOrder", 1))
    made.client_user_id = scalars.words(entry, "clientUserId", 100)
    made.start_url = scalars.words(entry, "embeddedRecipientStartURL")
    made.access_code = scalars.words(entry, "accessCode", 50)
    made.tabs = tabs.read(entry.get("tabs") or {}, recipient_id, documents) if kind == SIGNER else []
    for tab in made.tabs:
        if tab.kind == "emailAddressTabs":
            tab.place.value, tab.place.locked = made.email, True
    return made


def email(entry: dict[str, Any]) -> str:
    """The address of a recipient. Raises: ApiError INVALID_EMAIL_ADDRESS_FOR_RECIPIENT."""
    address = scalars.words(entry, "email", 100).strip()
    if not EMAIL.fullmatch(address):
        raise ApiError("INVALID_EMAIL_ADDRESS_FOR_RECIPIENT")
    return address


def _custom_fields(given: dict[str, Any]) -> list[dict[str, str]]:
    entries = (given.get("customFields") or {}).get("textCustomFields") or []
    return [
        {
            "fieldId": str(10_000 + index),
            "name": scalars.words(entry, "name", 50),
            "value": scalars.words(entry, "value", 100),
            "show": entry.get("show") or "false",
            "required": entry.get("required") or "false",
        }
        for index, entry in enumerate(entries)
    ]


def notification(given: dict[str, Any]) -> dict[str, Any]:
    """Reminders and expiry; what is not given is the account's default: no reminders, 120 days."""
    reminders, expirations = given.get("reminders") or {}, given.get("expirations") or {}
    own = not scalars.flag(given, "useAccountDefaults")
    reminders, expirations = (reminders, expirations) if own else ({}, {})
    for name in ("reminderDelay", "reminderFrequency"):
        scalars.whole(reminders, name, 0)
    if not 0 <= scalars.whole(expirations, "expireAfter", DEFAULT_EXPIRY_DAYS) <= 999:
        raise wrong("expireAfter may be at most 999 days.")
    return {
        "useAccountDefaults": given.get("useAccountDefaults") or "false",
        "reminders": {"reminderEnabled": "false", "reminderDelay": "0", "reminderFrequency": "0"} | reminders,
        "expirations": {"expireEnabled": "true", "expireAfter": str(DEFAULT_EXPIRY_DAYS), "expireWarn": "0"}
        | expirations,
    }
