"""/envelopes/{id}/views/recipient"""

from __future__ import annotations

from typing import Any

from b24app.sandbox import ids
from b24app.sandbox.docusign import scalars
from b24app.sandbox.docusign.door import Call, Route
from b24app.sandbox.docusign.errors import ApiError, wrong
from b24app.sandbox.docusign.model import Envelope, Recipient, View

LIFE_S = 300
URL_LENGTH = 470


def create(call: Call) -> dict[str, str]:
    """A link for one opening within five minutes. Name, address and client user id must match exactly."""
    given, envelope = call.given, call.envelope
    scalars.check(given)
    return_url = scalars.words(given, "returnUrl", URL_LENGTH)
    if not return_url.startswith(("https://", "http://")):
        raise wrong("returnUrl is missing.")
    if not given.get("authenticationMethod"):
        raise wrong("authenticationMethod is missing.")
    one = _recipient(envelope, given)
    if envelope.status not in ("sent", "delivered", "completed"):
        raise ApiError("ENVELOPE_INVALID_STATUS")
    if not one.done and one not in envelope.turn():
        raise ApiError("RECIPIENT_NOT_IN_SEQUENCE")
    token = ids.hex_id(40)
    ancestors = [str(origin) for origin in given.get("frameAncestors") or []]
    until = call.service.clock.now() + LIFE_S
    call.service.recipient_views[token] = View(envelope, one, return_url, until, ancestors)
    return {"url": f"{call.service.url}/Signing/MTRedeem/v1/{token}"}


def _recipient(envelope: Envelope, given: dict[str, Any]) -> Recipient:
    wanted = given.get("email"), given.get("userName"), given.get("clientUserId")
    for one in envelope.signers:
        same = (one.email, one.name, one.client_user_id) == wanted
        if one.embedded and same and given.get("recipientId") in (None, "", one.recipient_id):
            return one
    raise ApiError("UNKNOWN_ENVELOPE_RECIPIENT")


ROUTES = [Route("create_recipient_view", "POST", "/envelopes/<envelope_id>/views/recipient", create, 201)]
