"""/embedded/sign_url"""

from __future__ import annotations

from html import escape
from typing import Any

from b24app.sandbox import ids
from b24app.sandbox.dropbox_sign.door import Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest, SignUrl

LIFE_S = 3600


def sign_url(call: Call) -> dict[str, Any]:
    """A fresh link for a signer of an embedded request whose turn it is."""
    service, signature_id = call.service, call.path["signature_id"]
    request, one = _found(call, signature_id)
    if not request.embedded:
        raise bad("This signature request is not embedded.")
    if one not in request.turn():
        raise bad("This signer cannot sign at the moment.")
    token, expires_at = ids.hex_id(40), service.clock.seconds() + LIFE_S
    service.sign_urls[token] = SignUrl(request, one, signature_id, expires_at)
    url = f"{service.url}/editor/embeddedSign?signature_id={signature_id}&token={token}"
    shown = escape(url) if service.faults.take("escaped_url") else url
    return {"embedded": {"sign_url": shown, "expires_at": expires_at}}


def _found(call: Call, signature_id: str) -> tuple[SignatureRequest, Signature]:
    with call.service.lock:
        for request in call.service.requests.values():
            one = request.signature(signature_id)
            if one is not None and _may(call, request):
                if request.canceled:
                    raise ApiError("deleted")
                return request, one
    raise ApiError("not_found")


def _may(call: Call, request: SignatureRequest) -> bool:
    app = call.service.directory.apps.get(request.client_id or "")
    return request.account is call.caller.account or (app is not None and app.owner is call.caller.account)


ROUTES = [
    Route("embedded_sign_url", "GET", "/embedded/sign_url/<signature_id>", sign_url, ("signature_request_access",))
]
