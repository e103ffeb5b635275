"""/api_app"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.dropbox_sign import body, views
from b24app.sandbox.dropbox_sign.accounts import SCOPES, ApiApp
from b24app.sandbox.dropbox_sign.api.accounts import callback_url
from b24app.sandbox.dropbox_sign.api.paging import page_of
from b24app.sandbox.dropbox_sign.callbacks import Listener
from b24app.sandbox.dropbox_sign.door import Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad


def create(call: Call) -> dict[str, Any]:
    name = body.text(call.given, "name")
    if not name:
        raise bad("This value should not be blank", "name")
    if not call.given.get("domains"):
        raise bad("This value should not be blank", "domains")
    app = ApiApp(name, call.caller.account, [], approved=False, created_at=call.service.clock.seconds())
    _change(app, call)
    call.service.directory.add_app(app)
    return {"api_app": views.app_json(app, call.caller.account)}


def show(call: Call) -> dict[str, Any]:
    return {"api_app": views.app_json(_own(call), call.caller.account)}


def listed(call: Call) -> dict[str, Any]:
    account = call.caller.account
    own = [views.app_json(app, account) for app in call.service.directory.apps.values() if app.owner is account]
    shown, info = page_of(own, call.args)
    return {"api_apps": shown, "list_info": info}


def update(call: Call) -> dict[str, Any]:
    app = _own(call)
    _change(app, call)
    return {"api_app": views.app_json(app, call.caller.account)}


def delete(call: Call) -> None:
    del call.service.directory.apps[_own(call).client_id]


def _own(call: Call) -> ApiApp:
    app = call.service.directory.apps.get(call.path["client_id"])
    if app is None or app.owner is not call.caller.account:
        raise ApiError("not_found")
    return app


def _change(app: ApiApp, call: Call) -> None:
    """Only what is given changes; an empty string clears."""
    given = call.given
    app.name = body.text(given, "name") or app.name
    if "domains" in given:
        app.domains = _domains(given)
    if "oauth" in given:
        _oauth(app, given["oauth"] or {})
    options = given.get("options") or {}
    if "can_insert_everywhere" in options:
        app.can_insert_everywhere = body.flag(options, "can_insert_everywhere")
    if "callback_url" in given:
        app.callback_url = callback_url(call)
        if app.callback_url:
            call.service.callbacks.test(Listener(app.callback_url, app.owner, app))


def _domains(given: dict[str, Any]) -> list[str]:
    domains = [str(domain) for domain in body.items(given, "domains")]
    if not 1 <= len(domains) <= 10:
        raise bad("Give 1 to 10 domains", "domains")
    return domains


def _oauth(app: ApiApp, given: dict[str, Any]) -> None:
    scopes = [str(scope) for scope in given.get("scopes") or [] if scope]
    if bool(scopes) != bool(given.get("callback_url")):
        raise bad("'callback_url' and 'scopes' belong together", "oauth")
    if unknown := set(scopes) - set(SCOPES):
        raise bad(f"Unknown scope {sorted(unknown)[0]}", "oauth.scopes")
    app.oauth_callback_url, app.oauth_scopes = str(given.get("callback_url") or ""), scopes


_SCOPES = ("api_app_access",)
ROUTES = [
    Route("api_app_list", "GET", "/api_app/list", listed, _SCOPES),
    Route("api_app_create", "POST", "/api_app", create, _SCOPES, status=201),
    Route("api_app_get", "GET", "/api_app/<client_id>", show, _SCOPES),
    Route("api_app_update", "PUT", "/api_app/<client_id>", update, _SCOPES),
    Route("api_app_delete", "DELETE", "/api_app/<client_id>", delete, _SCOPES, status=204),
]
