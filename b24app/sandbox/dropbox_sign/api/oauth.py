"""/oauth/token and /oauth/token?refresh, on the address of the pages (app.hellosign.com)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from b24app.sandbox.dropbox_sign import body
from b24app.sandbox.dropbox_sign.accounts import ApiApp, Grant
from b24app.sandbox.dropbox_sign.door import MINUTE_S, STANDARD, show_limits
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.esign.doorway import Entry, made, through
from b24app.sandbox.esign.limits import Standing

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign


def register(app: Flask, service: DropboxSign) -> None:
    def token() -> Response:
        name = "oauth_token_refresh" if "refresh" in request.args else "oauth_token_generate"
        return through(service.faults, service.calls, name, lambda entry: _answered(service, name, entry))

    app.add_url_rule("/oauth/token", "oauth_token", token, methods=["POST"])


def _answered(service: DropboxSign, name: str, entry: Entry) -> Response:
    """Counted for each app, in the standard class."""
    standing: Standing | None = None
    try:
        given = body.read(request)
        entry.client = str(given.get("client_id"))
        standing = service.windows.take(entry.client, service.limits[STANDARD], MINUTE_S, service.clock.now())
        if standing.exceeded:
            raise ApiError("exceeded_rate")
        act = _refresh if name == "oauth_token_refresh" else _generate
        response = made(act(service, given), 200)
    except ApiError as refusal:
        entry.error = refusal.name
        response = made(refusal.body(), refusal.status)
    show_limits(response, standing)
    return response


def _generate(service: DropboxSign, given: dict[str, Any]) -> dict[str, Any]:
    """All five parameters are wanted."""
    _require(given, "client_id", "client_secret", "code", "state", "grant_type")
    if given["grant_type"] != "authorization_code":
        raise bad("Unknown grant_type", "grant_type")
    app = _app(service, given)
    now = service.clock.now()
    grant = service.directory.trade_code(str(given["code"]), app.client_id, str(given["state"]), now)
    if grant is None or service.faults.take("invalid_grant"):
        raise bad("The authorization code is invalid or has expired.", "code")
    return _shown(service, grant) | {"state": given["state"]}


def _refresh(service: DropboxSign, given: dict[str, Any]) -> dict[str, Any]:
    _require(given, "grant_type", "refresh_token", "client_id", "client_secret")
    if given["grant_type"] != "refresh_token":
        raise bad("Unknown grant_type", "grant_type")
    app = _app(service, given)
    grant = service.directory.refresh(str(given["refresh_token"]), app.client_id, service.clock.now())
    if grant is None or service.faults.take("invalid_grant"):
        raise bad("The refresh token is invalid.", "refresh_token")
    return _shown(service, grant)


def _app(service: DropboxSign, given: dict[str, Any]) -> ApiApp:
    app = service.directory.apps.get(str(given["client_id"]))
    if app is None or app.secret != given["client_secret"]:
        raise ApiError("unauthorized", "Unauthorized client.")
    return app


def _require(given: dict[str, Any], *names: str) -> None:
    for name in names:
        if not given.get(name):
            raise bad("This value should not be blank", name)


def _shown(service: DropboxSign, grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access,
        "token_type": "Bearer",
        "refresh_token": grant.refresh,
        "expires_in": max(0, round(grant.expires_at - service.clock.now())),
    }
