"""/signature_request: remind and update"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.dropbox_sign import body, intake, views
from b24app.sandbox.dropbox_sign.api.access import own
from b24app.sandbox.dropbox_sign.door import Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest

HOUR_S = 3600


def remind(call: Call) -> dict[str, Any]:
    """Not for embedded requests, not within an hour of the last reminder, only to those who may sign now."""
    request = own(call)
    email = body.text(call.given, "email_address")
    intake.check_email(email, "email_address")
    if request.embedded:
        raise bad("Reminders cannot be sent for embedded signature requests")
    one = _addressed(request, email, body.text(call.given, "name"))
    now = call.service.clock.seconds()
    if one.last_reminded_at is not None and now - one.last_reminded_at < HOUR_S:
        raise ApiError("invalid_reminder", "You cannot send a reminder within 1 hour of the last reminder.")
    call.service.lifecycle.remind(request, one)
    return {"signature_request": views.request_json(request, call.service.url)}


def _addressed(request: SignatureRequest, email: str, name: str) -> Signature:
    """The signer of that address; the name decides between two."""
    found = [one for one in request.signatures if one.email.lower() == email.lower()]
    if name:
        found = [one for one in found if one.name == name]
    if not found:
        raise ApiError("invalid_recipient", "No such signer on this signature request.", "email_address")
    if len(found) > 1:
        raise bad("Several signers share this address: give a name", "name")
    if found[0] not in request.turn():
        raise ApiError("invalid_reminder", "This signer cannot sign at the moment.")
    return found[0]


def update(call: Call) -> dict[str, Any]:
    """Another name, address or expiry. A changed address makes a new signature_id."""
    request = own(call)
    email, name = body.text(call.given, "email_address"), body.text(call.given, "name")
    if not email and not name and "expires_at" not in call.given:
        raise bad("Give an 'email_address' or a 'name'", "email_address")
    if email:
        intake.check_email(email, "email_address")
    if request.signature_page:
        raise bad("This action cannot be performed on a signature request with an appended signature page.")
    one = _open_signature(request, body.text(call.given, "signature_id"))
    with call.service.lock:
        if "expires_at" in call.given:
            _expire_at(call, request)
        call.service.lifecycle.readdress(request, one, name, email)
        return {"signature_request": views.request_json(request, call.service.url)}


def _open_signature(request: SignatureRequest, signature_id: str) -> Signature:
    if not signature_id:
        raise bad("This value should not be blank", "signature_id")
    one = request.signature(signature_id)
    if one is None:
        raise ApiError("not_found")
    if request.ended or not one.open:
        raise bad("This signature cannot be changed any more.", "signature_id")
    return one


def _expire_at(call: Call, request: SignatureRequest) -> None:
    request.expires_at = intake.expiry(call.given, call.service.clock.seconds())
    if request.expires_at is not None:
        version = request.version
        call.service.work.at(request.expires_at, lambda: call.service.lifecycle.expire(request, version), patient=True)


_ID = "<signature_request_id>"
ROUTES = [
    Route(
        "signature_request_remind",
        "POST",
        f"/signature_request/remind/{_ID}",
        remind,
        ("request_signature", "signature_request_access"),
    ),
    Route(
        "signature_request_update", "POST", f"/signature_request/update/{_ID}", update, ("signature_request_access",)
    ),
]
