"""Finding a request the caller may see."""

from __future__ import annotations

from b24app.sandbox.dropbox_sign.accounts import Account
from b24app.sandbox.dropbox_sign.door import Call
from b24app.sandbox.dropbox_sign.errors import ApiError
from b24app.sandbox.dropbox_sign.model import SignatureRequest


def visible(call: Call) -> SignatureRequest:
    """Sent or received by the caller. Raises: ApiError not_found; deleted once it was canceled."""
    found = call.service.requests.get(call.path["signature_request_id"])
    if found is None or not concerns(found, call.caller.account):
        raise ApiError("not_found")
    if found.canceled:
        raise ApiError("deleted")
    return found


def own(call: Call) -> SignatureRequest:
    """Sent by the caller, or under an app of his."""
    found = visible(call)
    app = call.service.directory.apps.get(found.client_id or "")
    if found.account is not call.caller.account and (app is None or app.owner is not call.caller.account):
        raise ApiError("forbidden", "You are not the sender of this signature request.")
    return found


def concerns(request: SignatureRequest, account: Account) -> bool:
    received = account.email.lower() in [one.email.lower() for one in request.signatures]
    return account.account_id not in request.removed_by and (request.account is account or received)
