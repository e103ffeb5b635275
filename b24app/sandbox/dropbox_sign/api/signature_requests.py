"""/signature_request: send, create_embedded, edit, get, list, cancel, remove"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.dropbox_sign import body, intake, views
from b24app.sandbox.dropbox_sign.api.access import concerns, own, visible
from b24app.sandbox.dropbox_sign.api.paging import page_of
from b24app.sandbox.dropbox_sign.door import HEAVY, Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.dropbox_sign.model import SignatureRequest


def send(call: Call) -> dict[str, Any]:
    return _create(call, embedded=False)


def create_embedded(call: Call) -> dict[str, Any]:
    return _create(call, embedded=True)


def _create(call: Call, *, embedded: bool) -> dict[str, Any]:
    made = _checked(call, embedded=embedded)
    call.service.lifecycle.accept(made)
    return _shown(call, made) | views.warnings_json(made.warnings)


def _checked(call: Call, *, embedded: bool) -> SignatureRequest:
    account, now = call.caller.account, call.service.clock.seconds()
    made = intake.new_request(call.given, body.uploads(call.request), account, now, embedded=embedded)
    made.client_id = made.client_id or call.caller.client_id
    if made.client_id and made.client_id not in call.service.directory.apps:
        raise bad("Invalid client_id", "client_id")
    with call.service.lock:
        intake.charge(account, test_mode=made.test_mode)
    return made


def edit(call: Call) -> dict[str, Any]:
    return _replace(call, embedded=False)


def edit_embedded(call: Call) -> dict[str, Any]:
    return _replace(call, embedded=True)


def _replace(call: Call, *, embedded: bool) -> dict[str, Any]:
    """The same request id with other content; signers get new signature ids and new letters."""
    old = own(call)
    if old.ended or old.embedded is not embedded:
        raise ApiError("unprocessable_entity", "This signature request cannot be edited.")
    new = _checked(call, embedded=embedded)
    with call.service.lock:
        kept = {"id": old.id, "created_at": old.created_at, "listed_at": old.listed_at, "version": old.version + 1}
        vars(old).update({**vars(new), **kept})
    call.service.lifecycle.begin(old)
    return _shown(call, old) | views.warnings_json(new.warnings)


def show(call: Call) -> dict[str, Any]:
    return _shown(call, visible(call))


def _shown(call: Call, request: SignatureRequest) -> dict[str, Any]:
    with call.service.lock:
        return {"signature_request": views.request_json(request, call.service.url)}


def listed(call: Call) -> dict[str, Any]:
    """Newest first, sent and received; a new request may be missing for a moment (`list_delay_s`)."""
    service, account = call.service, call.caller.account
    with service.lock:
        seen = [one for one in service.requests.values() if concerns(one, account) and not one.canceled]
        known = [one for one in seen if one.listed_at <= service.clock.now()]
        found = [one for one in reversed(known) if _matches(one, call.args.get("query", ""))]
        shown, info = page_of([views.request_json(one, service.url) for one in found], call.args)
    return {"signature_requests": shown, "list_info": info}


def _matches(request: SignatureRequest, query: str) -> bool:
    """Words and `field:word`; metadata is not searched."""
    people = [word for one in request.signatures for word in (one.name, one.email)]
    places = {
        "title": request.title,
        "subject": request.subject,
        "message": request.message,
        "to": " ".join(people),
        "from": request.account.email,
        "complete": str(request.is_complete),
        "declined": str(request.is_declined),
        "test_mode": str(request.test_mode),
    }
    for term in query.lower().split():
        name, colon, word = term.partition(":")
        text = places.get(name, "") if colon and name in places else " ".join(places.values())
        if (word if colon and name in places else term) not in text.lower():
            return False
    return True


def cancel(call: Call) -> None:
    """200 only says that it is queued."""
    request = own(call)
    if not request.sent or request.ended:
        raise ApiError("signature_request_cancel_failed", "This signature request cannot be canceled.")
    call.service.lifecycle.cancel_later(request)


def remove(call: Call) -> None:
    """At once, for the caller only."""
    request = visible(call)
    if not (request.is_complete or request.is_declined):
        raise ApiError("signature_request_remove_failed", "This signature request is not completed.")
    request.removed_by.add(call.caller.account.account_id)


_ANY = ("request_signature", "signature_request_access")
_FULL = ("signature_request_access",)
_ID = "<signature_request_id>"
ROUTES = [
    Route("signature_request_send", "POST", "/signature_request/send", send, _ANY, HEAVY),
    Route(
        "signature_request_create_embedded", "POST", "/signature_request/create_embedded", create_embedded, _FULL, HEAVY
    ),
    Route("signature_request_edit", "PUT", f"/signature_request/edit/{_ID}", edit, _ANY, HEAVY),
    Route(
        "signature_request_edit_embedded", "PUT", f"/signature_request/edit_embedded/{_ID}", edit_embedded, _FULL, HEAVY
    ),
    Route("signature_request_list", "GET", "/signature_request/list", listed, _ANY),
    Route("signature_request_get", "GET", f"/signature_request/{_ID}", show, _ANY),
    Route("signature_request_cancel", "POST", f"/signature_request/cancel/{_ID}", cancel, _ANY),
    Route("signature_request_remove", "POST", f"/signature_request/remove/{_ID}", remove),
]
