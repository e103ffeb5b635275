"""/envelopes/{id}/recipients"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.docusign import intake, scalars, views
from b24app.sandbox.docusign.door import Call, Route
from b24app.sandbox.docusign.errors import ApiError
from b24app.sandbox.docusign.model import Envelope, Recipient


def show(call: Call) -> dict[str, Any]:
    with call.service.lock:
        return views.recipients_json(call.envelope, with_tabs=call.args.get("include_tabs") == "true")


def correct(call: Call) -> dict[str, Any]:
    """Another name or address for those who have not finished; each entry has its own result."""
    scalars.check(call.given)
    envelope = call.envelope
    if envelope.status not in ("created", "sent", "delivered"):
        raise ApiError("ENVELOPE_INVALID_STATUS")
    entries = [entry for group in intake.GROUPS for entry in call.given.get(group) or []]
    with call.service.lock:
        results = [_corrected(call, envelope, entry) for entry in entries]
        if envelope.open and any(one["errorDetails"]["errorCode"] == "SUCCESS" for one in results):
            call.service.connect.tell("envelope-corrected", envelope)
    return {"recipientUpdateResults": results}


def _corrected(call: Call, envelope: Envelope, entry: dict[str, Any]) -> dict[str, Any]:
    recipient_id = str(entry.get("recipientId") or "")
    one = envelope.recipient(recipient_id)
    if one is None:
        return _result(recipient_id, "INVALID_RECIPIENT_ID", "There is no such recipient.")
    if one.status in ("completed", "declined"):
        return _result(recipient_id, "RECIPIENT_UPDATE_FAILED", "The recipient has finished already.")
    try:
        address = intake.email(entry) if entry.get("email") else ""
    except ApiError as refusal:
        return _result(recipient_id, refusal.code, refusal.message)
    call.service.lifecycle.correct(envelope, one, scalars.words(entry, "name", 100), address)
    _resend(call, envelope, one)
    return _result(recipient_id, "SUCCESS", "")


def _resend(call: Call, envelope: Envelope, one: Recipient) -> None:
    if call.args.get("resend_envelope") == "true" and one in envelope.turn():
        call.service.connect.tell("recipient-resent", envelope, one)
        call.service.lifecycle.write_to(envelope, one)


def _result(recipient_id: str, code: str, message: str) -> dict[str, Any]:
    return {"recipientId": recipient_id, "errorDetails": {"errorCode": code, "message": message}}


ROUTES = [
    Route("list_recipients", "GET", "/envelopes/<envelope_id>/recipients", show),
    Route("update_recipients", "PUT", "/envelopes/<envelope_id>/recipients", correct),
]
