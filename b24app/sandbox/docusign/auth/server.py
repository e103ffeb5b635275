"""The account server's port: /oauth/auth, /oauth/token, /oauth/userinfo."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, redirect, render_template, request

from b24app.sandbox.calls import CallLog
from b24app.sandbox.docusign.auth import tokens
from b24app.sandbox.docusign.people import CODE_LIFE_S, Code, Integration, User
from b24app.sandbox.esign.doorway import Entry, made, through
from b24app.sandbox.esign.page import notice
from b24app.sandbox.faults import Faults
from b24app.sandbox.pages_app import new_app
from b24app.sandbox.serving import Listener

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

SCOPES = {"signature", "impersonation", "extended"}


class AuthServer:
    """Consent pages, tokens, and who somebody is."""

    def __init__(self, service: DocuSign, port: int = 0) -> None:
        self._service = service
        self.faults, self.calls = Faults(), CallLog()
        self.listener = Listener(self._flask, port)

    @property
    def url(self) -> str:
        return self.listener.url

    def _flask(self) -> Flask:
        app = new_app("docusign_auth")
        app.add_url_rule("/oauth/auth", "consent", self._consent, methods=["GET"])
        app.add_url_rule("/oauth/auth", "consent_answer", self._answer, methods=["POST"])
        app.add_url_rule("/oauth/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/oauth/userinfo", "userinfo", self._userinfo)
        return app

    def _token(self) -> Response:
        name = f"token:{request.form.get('grant_type', '')}"
        return through(self.faults, self.calls, name, lambda entry: tokens.token(self._service, entry))

    def _userinfo(self) -> Response:
        return through(self.faults, self.calls, "userinfo", self._tell_user)

    def _tell_user(self, entry: Entry) -> Response:
        given = request.authorization
        token = given.token if given is not None and given.type == "bearer" else None
        grant = self._service.directory.by_access(token or "", self._service.clock.now())
        if grant is None:
            entry.error = "invalid_token"
            return made({"error": "internal_server_error", "reference_id": secrets.token_hex(8)}, 401)
        entry.client = grant.client_id
        return made(self.userinfo(grant.user), 200)

    def userinfo(self, user: User) -> dict[str, Any]:
        """Who he is, and where the API of each of his accounts lives (`base_uri`)."""
        first, _, last = user.name.partition(" ")
        accounts = [
            {
                "account_id": one.account_id,
                "is_default": index == 0,
                "account_name": one.name,
                "base_uri": self._service.url,
            }
            for index, one in enumerate(user.accounts)
        ]
        about = {"sub": user.user_id, "name": user.name, "given_name": first, "family_name": last}
        return {**about, "created": "2026-01-05T08:00:00.0", "email": user.email, "accounts": accounts}

    def _asked(self) -> tuple[Integration, str, list[str]] | None:
        """The integration, where to go back to and the scopes; a redirect_uri must be registered exactly."""
        integration = self._service.directory.integrations.get(request.args.get("client_id", ""))
        target, scopes = request.args.get("redirect_uri", ""), request.args.get("scope", "").split()
        if integration is None or target not in integration.redirect_uris:
            return None
        right = request.args.get("response_type") == "code" and scopes and set(scopes) <= SCOPES
        return (integration, target, scopes) if right else None

    def _consent(self) -> Any:
        asked = self._asked()
        if asked is None:
            return _wrong()
        integration, target, scopes = asked
        shown = {"integration": integration, "scopes": scopes, "host": urlsplit(target).netloc}
        return render_template("docusign/consent.html", users=self._service.directory.users, **shown)

    def _answer(self) -> Any:
        asked = self._asked()
        user = self._service.directory.user(request.form.get("user", ""))
        if asked is None or user is None:
            return _wrong()
        integration, target, scopes = asked
        told = {"error": "access_denied", "error_message": "The user did not consent."}
        if request.form.get("answer") == "allow":
            integration.consents.setdefault(user.user_id, set()).update(scopes)
            told = {"code": self._code(integration, user, scopes, target)}
        if state := request.args.get("state"):
            told["state"] = state
        return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode(told)}", 303)

    def _code(self, integration: Integration, user: User, scopes: list[str], target: str) -> str:
        code, until = secrets.token_urlsafe(40), self._service.clock.now() + CODE_LIFE_S
        challenge = request.args.get("code_challenge", "")
        self._service.directory.codes[code] = Code(integration.client_id, user, tuple(scopes), target, challenge, until)
        return code


def _wrong() -> Response:
    words = "The client id or the redirect URI is not registered, or the scopes are wrong."
    return notice("docusign/base.html", words, 400)
