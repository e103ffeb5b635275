"""The application and the sandbox over real HTTP: open the installation as a portal does, press its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from b24app import create_app
from b24app.sandbox.examples.acme import OLENA
from b24app.sandbox.portal.frames import Opening, frame
from b24app.sandbox.portal.portal import Portal as SandboxPortal
from b24app.sandbox.serving import Listener
from b24app.sandbox.world import Sandbox
from b24app.services.context import Context
from b24app.services.register_application import register_application
from b24app.settings import Settings
from b24app.store import database, portals
from b24app.store.tables import Portal
from b24app.wiring import wire_worker
from tests import databases

TOKEN = re.compile(r'<meta name="paraph-session" content="([^"]+)"')
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True)
class Shown:
    """A page as the browser got it; `post` presses a button of it."""

    stage: Stage
    response: requests.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.text

    @property
    def session(self) -> dict[str, str]:
        return {"paraph_session": TOKEN.search(self.text)[1], "csrf_token": CSRF.search(self.text)[1]}

    def post(self, path: str, **fields: str) -> Shown:
        return Shown(self.stage, requests.post(self.stage.url + path, data=self.session | fields, timeout=30))


@dataclass
class Stage:
    sandbox: Sandbox
    url: str
    ctx: Context

    @property
    def acme(self) -> SandboxPortal:
        return self.sandbox.portal("acme")

    @property
    def stored(self) -> Portal | None:
        with database.reading():
            return portals.find(self.acme.member_id)

    def fields(
        self, user_id: int = OLENA, path: str = "/install", portal: SandboxPortal | None = None
    ) -> dict[str, Any]:
        """What a portal would post when it opens this path: query and body together."""
        portal = portal or self.acme
        opening = Opening(portal.app, self.url + path, "DEFAULT", {}, portal.employees[user_id], "en", install=True)
        asked = frame(portal, opening)
        query = dict(pair.split("=", 1) for pair in asked["action"].partition("?")[2].split("&"))
        return {**query, "DOMAIN": portal.domain, **asked["fields"]}

    def open(self, user_id: int = OLENA, path: str = "/install", **forged: str) -> Shown:
        fields = self.fields(user_id, path) | forged
        return Shown(self, requests.post(self.url + path, data=fields, timeout=30))

    def install(self, user_id: int = OLENA) -> Shown:
        """Go through the whole installation, as its page does."""
        page = self.open(user_id)
        assert page.post("/install/step").status == 200
        finished = page.post("/install/finish", **answers())
        assert finished.status == 200, finished.text
        self.acme.lifecycle.finish_install()
        self.sandbox.settle()
        return finished

    def settle(self) -> None:
        """Wait for the portal's events, and let the worker act on what they left."""
        self.sandbox.settle()
        wire_worker(self.ctx).drain(20)

    def bound(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """What the portal has bound for the application: placements and events with their handlers."""
        placements = [(known.code, known.handler) for known in self.acme.placements]
        events = [(known.event, known.handler) for known in self.acme.events.bindings]
        return sorted(placements), sorted(events)

    def send_event(self, name: str, data: dict[str, Any], **auth: str) -> requests.Response:
        """Post an event as the portal's queue would; `auth` is changed before it leaves."""
        fields = {f"data[{key}]": value for key, value in data.items()}
        proof = self.acme.events.auth(self.acme.app, None) | auth
        fields |= {f"auth[{key}]": str(value) for key, value in proof.items()}
        return requests.post(
            f"{self.url}/events/bitrix24", data={"event": name, "ts": "1772452800", **fields}, timeout=30
        )


def answers(**changed: str) -> dict[str, str]:
    """The questions, answered."""
    return {
        "sender_name": "Acme Consulting",
        "needs_approval": "on",
        "deadline_days": "21",
        "locale": "en",
        "subject-en": "Please sign {document}",
        "body-en": "Hello {signer_name}, this is for you.",
        "subject-uk": "Підпишіть {document}",
        "body-uk": "Вітаємо, {signer_name}!",
        **changed,
    }


@contextmanager
def open_stage(directory: Path) -> Iterator[Stage]:
    served: list[Any] = []
    door = Listener(lambda: lambda environ, start: served[0](environ, start))
    url = door.url.replace("127.0.0.1", "localhost")
    with Sandbox(url) as sandbox:
        databases.lay_out(directory)
        settings = Settings(
            public_url=url,
            data_dir=str(directory),
            oauth_url=sandbox.oauth.url,
            smtp_url=sandbox.mailbox.smtp_url,
            dropbox_sign_url=sandbox.dropbox_sign.url,
            docusign_url=sandbox.docusign.url,
            docusign_auth_url=sandbox.docusign.auth.url,
            allow_insecure_portals=True,
        )
        app = create_app(settings)
        served.append(app)
        ctx = app.extensions["paraph"]
        for known in sandbox.apps:
            register_application(ctx, known["client_id"], known["client_secret"])
        try:
            yield Stage(sandbox, url, ctx)
        finally:
            door.stop()
            database.close_connection()


@contextmanager
def silent_host() -> Iterator[tuple[str, list[str]]]:
    """A host that nobody should call: its address and what was asked of it."""
    asked: list[str] = []

    def note(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"result": {"user_id": 1}}']

    listener = Listener(lambda: note)
    try:
        yield listener.authority, asked
    finally:
        listener.stop()
