"""The whole service: who is known, what was sent, and the one port it listens on.

Base address of the API: `url` + /v3. The sign-in, signing and OAuth pages live on the same address.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from b24app.sandbox.dropbox_sign.accounts import SCOPES, Account, ApiApp, Directory
from b24app.sandbox.dropbox_sign.callbacks import Callbacks
from b24app.sandbox.dropbox_sign.lifecycle import Lifecycle
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest, SignUrl
from b24app.sandbox.esign.post import Post
from b24app.sandbox.esign.service import SigningService

PREPARATION_S, CANCEL_S = 0.05, 0.05
LIMITS = {"standard": 100, "heavy": 25, "test": 10}  # calls a minute for each account


class DropboxSign(SigningService):
    """A stand-in with one paying account and one API app, that of the application under test."""

    def __init__(self, smtp_port: Callable[[], int], app_url: str, port: int = 0) -> None:
        post = Post(smtp_port, "Dropbox Sign <noreply@mail.hellosign.example>")
        super().__init__(post, dict(LIMITS), self._flask, port)
        self.preparation_s, self.cancel_s, self.list_delay_s = PREPARATION_S, CANCEL_S, 0.0
        self.directory = Directory()
        self.requests: dict[str, SignatureRequest] = {}
        self.sign_urls: dict[str, SignUrl] = {}
        self.downloads: dict[str, tuple[bytes, int, bool]] = {}
        self.callbacks = Callbacks(self)
        self.lifecycle = Lifecycle(self)
        self.account = self.directory.add_account("signatures@acme.example", "Acme Consulting")
        host = urlsplit(app_url).hostname or "localhost"
        self.app = self.directory.add_app(ApiApp("Paraph", self.account, [host], oauth_scopes=list(SCOPES)))
        self.app.oauth_callback_url = f"{app_url}/dropbox-sign/oauth"

    def signing_url(self, one: Signature) -> str:
        """The link in a signer's letter."""
        return f"{self.url}/sign/{one.token}"

    def find(self, token: str) -> tuple[SignatureRequest, Signature] | None:
        """Whose link a token is."""
        with self.lock:
            for request in self.requests.values():
                for one in request.signatures:
                    if one.token == token:
                        return request, one
        return None

    def add_account(self, email: str, name: str, *, paid: bool = True) -> Account:
        account = self.directory.add_account(email, name)
        account.paid = paid
        return account

    def _flask(self) -> Flask:
        from b24app.sandbox.dropbox_sign.routes import register
        from b24app.sandbox.pages_app import new_app

        app = new_app("dropbox_sign")
        register(app, self)
        app.register_error_handler(HTTPException, _api_words)
        return app


def _api_words(error: HTTPException) -> Response:
    """An address or method the service does not have, in its own words."""
    from b24app.sandbox.dropbox_sign.errors import ApiError

    name = {404: "not_found", 405: "method_not_supported", 410: "deleted"}.get(error.code or 500, "unknown")
    response = jsonify(ApiError(name).body())
    response.status_code = error.code or 500
    return response
