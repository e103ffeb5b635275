"""/envelopes: create, list, get, update (void, send a draft, resend)"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.docusign import intake, scalars, views
from b24app.sandbox.docusign.api.listing import listed
from b24app.sandbox.docusign.door import Call, Route
from b24app.sandbox.docusign.errors import ApiError, wrong
from b24app.sandbox.docusign.model import Envelope, stamp


def create(call: Call) -> dict[str, Any]:
    """A draft (created) or off at once (sent)."""
    now = call.service.clock.now()
    made = intake.new_envelope(call.given, call.account, call.grant.user, call.grant.client_id, now)
    sending = call.given.get("status") == "sent"
    if sending and call.account.allowance < 1:
        raise ApiError("ENVELOPE_ALLOWANCE_EXCEEDED")
    call.service.lifecycle.keep(made)
    if sending:
        call.service.lifecycle.send(made)
    return {
        "envelopeId": made.envelope_id,
        "status": "sent" if sending else made.status,
        "statusDateTime": stamp(made.changed_at),
        "uri": f"/envelopes/{made.envelope_id}",
    }


def show(call: Call) -> dict[str, Any]:
    with call.service.lock:
        return views.envelope_json(call.envelope, included(call))


def included(call: Call) -> list[str]:
    """The words of ?include=."""
    return [word.strip() for word in call.args.get("include", "").split(",") if word.strip()]


def update(call: Call) -> dict[str, Any]:
    """{"status": "voided", "voidedReason"}, {"status": "sent"}, new words of a draft, ?resend_envelope=true."""
    scalars.check(call.given)
    envelope, status = call.envelope, call.given.get("status")
    if status == "voided":
        _void(call, envelope)
    elif status == "sent":
        if envelope.status != "created":
            raise ApiError("ENVELOPE_INVALID_STATUS")
        _reword(envelope, call.given)
        call.service.lifecycle.send(envelope)
    elif status not in (None, envelope.status):
        raise wrong("status must be sent or voided.")
    elif call.args.get("resend_envelope") == "true":
        call.service.lifecycle.resend(envelope)
    elif call.given:
        _reword(envelope, call.given)
    return {"envelopeId": envelope.envelope_id}


def _void(call: Call, envelope: Envelope) -> None:
    reason = scalars.words(call.given, "voidedReason").strip()
    if envelope.open and not reason:
        raise wrong("voidedReason is missing.")
    call.service.lifecycle.void(envelope, reason)


def _reword(envelope: Envelope, given: dict[str, Any]) -> None:
    if envelope.status != "created":
        raise ApiError("ENVELOPE_INVALID_STATUS")
    envelope.subject = scalars.words(given, "emailSubject", 100) or envelope.subject
    envelope.blurb = scalars.words(given, "emailBlurb", 10_000) or envelope.blurb


ROUTES = [
    Route("create_envelope", "POST", "/envelopes", create, 201),
    Route("list_status_changes", "GET", "/envelopes", listed),
    Route("get_envelope", "GET", "/envelopes/<envelope_id>", show),
    Route("update_envelope", "PUT", "/envelopes/<envelope_id>", update),
]
