"""/oauth/authorize: a customer lets an API app act for his account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, redirect, render_template, request

from b24app.sandbox.dropbox_sign.accounts import ApiApp
from b24app.sandbox.dropbox_sign.pages.common import notice

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign


class Consent:
    """Shows what is asked for; who is signed in is chosen on the page."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service

    def register(self, app: Flask) -> None:
        app.add_url_rule("/oauth/authorize", "authorize", self.show, methods=["GET"])
        app.add_url_rule("/oauth/authorize", "authorize_answer", self.answer, methods=["POST"])

    def show(self) -> Any:
        asked = self._asked()
        if asked is None:
            return notice("Unknown application or wrong request.", 400)
        app, target = asked
        accounts = self._service.directory.accounts
        shown = {"app": app, "accounts": accounts, "scopes": app.oauth_scopes, "host": urlsplit(target).netloc}
        return render_template("dropbox_sign/consent.html", **shown)

    def _asked(self) -> tuple[ApiApp, str] | None:
        """The app and where its user is sent back to; a redirect_uri must be the registered one."""
        app = self._service.directory.apps.get(request.args.get("client_id", ""))
        if app is None or not app.oauth_scopes or request.args.get("response_type") != "code":
            return None
        target = request.args.get("redirect_uri") or app.oauth_callback_url
        return (app, target) if target == app.oauth_callback_url else None

    def answer(self) -> Any:
        asked = self._asked()
        account = self._service.directory.by_email(request.form.get("account", ""))
        if asked is None or account is None:
            return notice("Unknown application or wrong request.", 400)
        app, target = asked
        state = request.args.get("state", "")
        told = {"error": "access_denied", "state": state}
        if request.form.get("answer") == "allow":
            now = self._service.clock.now()
            scopes = tuple(app.oauth_scopes)
            told = {"code": self._service.directory.new_code(app, account, scopes, state, now), "state": state}
        return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode(told)}", 303)


def register(app: Flask, service: DropboxSign) -> None:
    Consent(service).register(app)
