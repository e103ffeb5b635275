"""/account"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.dropbox_sign import body, views
from b24app.sandbox.dropbox_sign.callbacks import Listener
from b24app.sandbox.dropbox_sign.door import Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad


def show(call: Call) -> dict[str, Any]:
    """One's own account; another's only by a mistake, hence 404."""
    _only_own(call, call.args)
    return {"account": views.account_json(call.caller.account)}


def update(call: Call) -> dict[str, Any]:
    """A new callback URL is tried with callback_test at once; an empty one ends the callbacks."""
    _only_own(call, call.given)
    account = call.caller.account
    if "locale" in call.given:
        account.locale = body.text(call.given, "locale")
    if "callback_url" in call.given:
        account.callback_url = callback_url(call)
        if account.callback_url:
            call.service.callbacks.test(Listener(account.callback_url, account))
    return {"account": views.account_json(account)}


def callback_url(call: Call) -> str | None:
    url = body.text(call.given, "callback_url")
    if url and not url.startswith(("http://", "https://")):
        raise bad("This value is not a valid URL", "callback_url")
    return url or None


def _only_own(call: Call, given: dict[str, Any]) -> None:
    account = call.caller.account
    wanted = given.get("account_id"), given.get("email_address")
    if wanted[0] not in (None, "", account.account_id) or wanted[1] not in (None, "", account.email):
        raise ApiError("not_found")


ROUTES = [
    Route("account_get", "GET", "/account", show, ("account_access", "basic_account_info")),
    Route("account_update", "PUT", "/account", update, ("account_access",)),
]
