"""HTTP side of the OAuth server: /oauth/token/ and /rest/app.info.

Shapes: docs settings/oauth/index.md, auto-renewal.md, error-codes.md; statuses as b24pysdk 1.3 expects them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from b24app.sandbox import moments, php
from b24app.sandbox.calls import Call, CallLog
from b24app.sandbox.faults import Fault, Faults
from b24app.sandbox.oauth.tokens import Grant, TokenStore
from b24app.sandbox.portal.apps import LocalApp
from b24app.sandbox.serving import HOST, Listener
from b24app.sandbox.timing import Stopwatch
from b24app.sandbox.troubles import lose_answer, troubled

FindApp = Callable[[str], LocalApp | None]
PortalUrl = Callable[[str], str]


class OAuthServer:
    """Trades codes and refresh tokens, and says whom a token belongs to."""

    def __init__(self, tokens: TokenStore, find_app: FindApp, portal_url: PortalUrl, port: int = 0) -> None:
        self.tokens = tokens
        self.faults = Faults()
        self.calls = CallLog()
        self._find_app = find_app
        self._portal_url = portal_url
        self.listener = Listener(self._flask, port)

    @property
    def url(self) -> str:
        return self.listener.url

    @property
    def server_endpoint(self) -> str:
        return f"{self.url}/rest/"

    def _flask(self) -> Flask:
        app = Flask("b24app.sandbox.oauth")
        app.add_url_rule("/oauth/token/", "token", self._token, methods=["GET", "POST"])
        app.add_url_rule("/oauth/token", "token_bare", self._token, methods=["GET", "POST"])
        for path in ("/rest/app.info", "/rest/app.info/", "/rest/app.info.json"):
            app.add_url_rule(path, path, self._app_info, methods=["GET", "POST"])
        return app

    def _token(self) -> Response:
        return self._answered(f"token:{request.values.get('grant_type', '')}", self._trade)

    def _app_info(self) -> Response:
        return self._answered("app.info", self._describe)

    def _answered(self, name: str, act: Callable[[], tuple[dict[str, Any], int, Grant | None]]) -> Response:
        started = time.perf_counter()
        response = troubled(self.faults, name)
        grant: Grant | None = None
        error: str | None = None
        if response is None:
            body, status, grant = act()
            error = body.get("error")
            response = Response(php.to_json(body), status, content_type="application/json")
            lose_answer(self.faults, response, name)
        user, client = (grant.user_id, grant.client_id) if grant else (None, request.values.get("client_id"))
        duration = time.perf_counter() - started
        self.calls.add(Call(name, response.status_code, user, client, error, duration, time.time(), request.method))
        return response

    def _trade(self) -> tuple[dict[str, Any], int, Grant | None]:
        """docs: settings/oauth/auto-renewal.md. `wrong_client` comes with HTTP 200."""
        app = self._find_app(request.values.get("client_id", ""))
        if app is None:
            return _error("wrong_client", "Wrong client id"), 200, None
        if request.values.get("client_secret") != app.client_secret:
            return _error("invalid_client", "Client authentication failed"), 400, None
        if app.removed:
            return _error("NOT_INSTALLED", "Application not installed"), 401, None
        if request.values.get("grant_type") == "refresh_token":
            grant = self._refreshed(app)
        elif request.values.get("grant_type") == "authorization_code":
            grant = self.tokens.trade_code(request.values.get("code", ""), app.client_id)
        else:
            return _error("invalid_request", "Unknown grant_type"), 400, None
        if grant is None:
            return _error("invalid_grant", "Invalid grant"), 400, None
        return self.token_answer(grant, app), 200, grant

    def _refreshed(self, app: LocalApp) -> Grant | None:
        if self.faults.take("invalid_grant"):
            return None
        return self.tokens.trade(request.values.get("refresh_token", ""), app.client_id)

    def token_answer(self, grant: Grant, app: LocalApp) -> dict[str, Any]:
        """The token response; its `domain` is the OAuth server, not the portal."""
        return {
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "expires": int(grant.expires_at),
            "expires_in": grant.life_s,
            "client_endpoint": f"{self._portal_url(app.member_id)}/rest/",
            "server_endpoint": self.server_endpoint,
            "domain": f"{HOST}:{self.listener.port}",
            "member_id": app.member_id,
            "scope": app.scope,
            "status": app.status,
            "user_id": grant.user_id,
        }

    def _describe(self) -> tuple[dict[str, Any], int, Grant | None]:
        """app.info of the OAuth server: whose token is this (shape from b24pysdk's source)."""
        if fault := self.faults.take("app_info"):
            return _faulty(fault)
        grant = self.tokens.by_access(request.values.get("auth", ""))
        if grant is None or grant.revoked:
            app = self._find_app(grant.client_id) if grant else None
            if app is not None and app.removed:
                return _error("NOT_INSTALLED", "Application not installed"), 401, None
            return _error("NO_AUTH_FOUND", "Wrong authorization data"), 401, None
        if grant.expired:
            return _error("expired_token", "The access token provided has expired."), 401, grant
        app = self._find_app(grant.client_id)
        assert app is not None
        return {"result": self._about(grant, app), "time": Stopwatch().block()}, 200, grant

    def _about(self, grant: Grant, app: LocalApp) -> dict[str, Any]:
        url = self._portal_url(app.member_id)
        install = {
            "installed": app.installed,
            "version": app.version,
            "status": app.status,
            "scope": app.scope,
            "domain": url.removeprefix("http://"),
            "uri": url,
            "client_endpoint": f"{url}/rest/",
            "member_id": app.member_id,
            "member_type": "user",
        }
        expires = moments.utc_iso(grant.expires_at)
        return {
            "client_id": app.client_id,
            "scope": app.scope,
            "expires": expires,
            "install": install,
            "user_id": grant.user_id,
        }


def _faulty(fault: Fault) -> tuple[dict[str, Any], int, None]:
    code = str(fault.get("error", "INTERNAL_SERVER_ERROR"))
    return _error(code, str(fault.get("description", "Ordered by a test"))), int(fault.get("status", 500)), None


def _error(code: str, description: str) -> dict[str, Any]:
    return {"error": code, "error_description": description}
