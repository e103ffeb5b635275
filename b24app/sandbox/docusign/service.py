"""The whole service: who is known, what was sent; the API with its signing pages on one port, accounts on another."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from b24app.sandbox.docusign.auth.server import AuthServer
from b24app.sandbox.docusign.connect import Connect
from b24app.sandbox.docusign.lifecycle import Lifecycle
from b24app.sandbox.docusign.model import Envelope, Recipient, View
from b24app.sandbox.docusign.people import Account, Directory, Integration, User
from b24app.sandbox.esign.post import Post
from b24app.sandbox.esign.service import SigningService

LIMITS = {"hourly": 3000, "burst": 200, "polling": 60, "updates": 60}


class DocuSign(SigningService):
    """A stand-in with one account, its administrator, and one integration key, that of the application under test."""

    def __init__(self, smtp_port: Callable[[], int], app_url: str, port: int = 0, auth_port: int = 0) -> None:
        post = Post(smtp_port, "DocuSign <dse@docusign.example>")
        super().__init__(post, dict(LIMITS), self._flask, port)
        self.list_delay_s = 0.0
        self.directory = Directory()
        self.envelopes: dict[str, Envelope] = {}
        self.recipient_views: dict[str, View] = {}
        self.connect = self.callbacks = Connect(self)
        self.lifecycle = Lifecycle(self)
        self.account = Account("Acme Consulting")
        self.user = User("Olena Kovalenko", "olena.kovalenko@acme.example", [self.account])
        self.directory.users.append(self.user)
        self.integration = self.add_integration("Paraph", f"{app_url}/docusign/oauth")
        self.auth = AuthServer(self, auth_port)

    def add_integration(self, name: str, redirect_uri: str) -> Integration:
        made = Integration(name, [redirect_uri])
        self.directory.integrations[made.client_id] = made
        return made

    def add_user(self, name: str, email: str, account: Account) -> User:
        user = User(name, email, [account])
        self.directory.users.append(user)
        return user

    def signing_url(self, one: Recipient) -> str:
        """The link in a signer's letter."""
        return f"{self.url}/Signing/EmailStart/{one.token}"

    def find(self, token: str) -> tuple[Envelope, Recipient] | None:
        """Whose link a token is."""
        with self.lock:
            for envelope in self.envelopes.values():
                for one in envelope.recipients:
                    if one.token == token:
                        return envelope, one
        return None

    def trace_token(self) -> str:
        return str(uuid.uuid4())

    def stop(self) -> None:
        super().stop()
        self.auth.listener.stop()

    def _flask(self) -> Flask:
        from b24app.sandbox.docusign.routes import register
        from b24app.sandbox.pages_app import new_app

        app = new_app("docusign")
        register(app, self)
        app.register_error_handler(HTTPException, _api_words)
        return app


def _api_words(error: HTTPException) -> Response:
    """An address or method the service does not have."""
    response = jsonify({"errorCode": "RESOURCE_NOT_FOUND", "message": str(error.description)})
    response.status_code = error.code or 500
    return response
