"""What is particular to Dropbox Sign: /control/dropbox_sign/{name}."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.control import services
from b24app.sandbox.control.services import OK, Table
from b24app.sandbox.dropbox_sign import views
from b24app.sandbox.dropbox_sign.accounts import Account
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest
from b24app.sandbox.dropbox_sign.service import DropboxSign


def accounts(service: DropboxSign, given: dict[str, Any]) -> Any:
    """Accounts with their API keys, apps with their secrets."""
    return {
        "accounts": [views.account_json(one) | {"api_key": one.api_key} for one in service.directory.accounts],
        "apps": [views.app_json(one, one.owner) for one in service.directory.apps.values()],
    }


def requests(service: DropboxSign, given: dict[str, Any]) -> Any:
    """Everything that was sent, with the links of the signers."""
    with service.lock:
        return [
            views.request_json(one, service.url)
            | {"canceled": one.canceled, "links": [service.signing_url(signature) for signature in one.signatures]}
            for one in service.requests.values()
        ]


def account(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"email": …, "paid": false, "quota": 0, "confirmed": true}: another plan."""
    one = _account(service, given)
    one.paid = bool(given.get("paid", one.paid))
    one.quota = int(given.get("quota", one.quota))
    one.confirmed = bool(given.get("confirmed", one.confirmed))
    return views.account_json(one)


def rotate_key(service: DropboxSign, given: dict[str, Any]) -> Any:
    """The old key is dead, as if it had been revoked."""
    return {"api_key": _account(service, given).rotate_key()}


def revoke_tokens(service: DropboxSign, given: dict[str, Any]) -> Any:
    """The customer withdrew his consent: access and refresh tokens are dead."""
    for grant in service.directory.grants:
        grant.revoked = True
    return OK


def expire(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"id": …}: as if its time had come."""
    service.lifecycle.expire(_request(service, given))
    return OK


def bounce(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"id": …, "email": …}: the letter to a signer came back."""
    request = _request(service, given)
    service.lifecycle.bounce(request, _signature(request, given))
    return OK


def reassign(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"id", "email", "to_name", "to_email", "reason"}: a signer hands over."""
    request = _request(service, given)
    to = str(given["to_name"]), str(given["to_email"])
    service.lifecycle.reassign(request, _signature(request, given), *to, str(given.get("reason", "")))
    return OK


def event(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"id", "event"}: report something that is properly hashed and did not happen."""
    service.callbacks.tell(str(given["event"]), _request(service, given), given.get("signature_id"))
    return OK


def forge(service: DropboxSign, given: dict[str, Any]) -> Any:
    """{"id", "event", "url", "changes": {…}, "right_hash": false}: an event from somebody else."""
    request, changes = _request(service, given), given.get("changes") or {}
    right = bool(given.get("right_hash"))
    service.callbacks.forge(str(given["event"]), request, str(given["url"]), changes, right_hash=right)
    return OK


def _account(service: DropboxSign, given: dict[str, Any]) -> Account:
    found = service.directory.by_email(str(given["email"])) if "email" in given else service.account
    if found is None:
        raise KeyError("no such account")
    return found


def _request(service: DropboxSign, given: dict[str, Any]) -> SignatureRequest:
    return service.requests[str(given["id"])]


def _signature(request: SignatureRequest, given: dict[str, Any]) -> Signature:
    return next(one for one in request.signatures if one.email == given["email"])


VIEWS: Table = {**services.VIEWS, "accounts": accounts, "requests": requests}
ACTS: Table = {
    **services.ACTS,
    "account": account,
    "rotate-key": rotate_key,
    "revoke-tokens": revoke_tokens,
    "expire": expire,
    "bounce": bounce,
    "reassign": reassign,
    "event": event,
    "forge": forge,
}
