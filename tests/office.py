"""Two portals of the sandbox with the application installed, and their employees opening its pages.

The application is the real one, asked through Flask's own client; portals and OAuth server answer over HTTP.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from b24app import create_app
from b24app.clock import Clock
from b24app.outbox.rate import BURST_MILLI
from b24app.sandbox.portal.frames import Opening, frame
from b24app.sandbox.world import Sandbox, start
from b24app.services import sign_document
from b24app.services.context import Context
from b24app.services.register_application import register_application
from b24app.services.signature_input import SignatureInput
from b24app.settings import Settings
from b24app.store import portals
from b24app.store.database import writing
from b24app.store.tables import Portal, SignerRow
from b24app.wiring import wire_worker
from tests import databases

OLENA, ANNA, BORIS = 1, 6, 8  # administrator, owner of lead 77, sees his own leads only
VERA = 1  # of the other portal
_numbers = count(1)
APP_URL = "http://localhost:8700"


@dataclass
class Page:
    """What an employee sees, with the tokens his browser would send back."""

    office: Office
    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    def meta(self, name: str) -> str:
        found = re.search(rf'<meta name="{name}" content="([^"]*)"', self.text)
        assert found, f"no {name} in the page"
        return html.unescape(found[1])

    def has(self, testid: str) -> bool:
        return f'data-testid="{testid}"' in self.text

    def count(self, testid: str) -> int:
        return self.text.count(f'data-testid="{testid}"')

    def value(self, name: str) -> str:
        """Read the value of the first field of that name."""
        tag = next(tag for tag in re.findall(r"<input[^>]*>", self.text) if f'name="{name}"' in tag)
        found = re.search(r'value="([^"]*)"', tag)
        return html.unescape(found[1]) if found else ""

    def post(self, path: str, data: dict[str, Any] | None = None, *, plain: bool = False) -> Page:
        """Post as the page's script does, or as a plain form."""
        tokens = {"X-Paraph-Session": self.meta("paraph-session"), "X-CSRFToken": self.meta("csrf-token")}
        if plain:
            fields = {"paraph_session": tokens["X-Paraph-Session"], "csrf_token": tokens["X-CSRFToken"]}
            return Page(self.office, self.office.client.post(path, data={**(data or {}), **fields}))
        headers = {**tokens, "X-Paraph-Fragment": "1"}
        return Page(self.office, self.office.client.post(path, data=data or {}, headers=headers))


class Office:
    """The application and the world around it."""

    def __init__(self, app: Flask, sandbox: Sandbox) -> None:
        self.app, self.sandbox = app, sandbox
        self.ctx: Context = app.extensions["paraph"]
        self.client = app.test_client(use_cookies=False)

    def launch(
        self,
        path: str,
        placement: str = "DEFAULT",
        options: dict[str, Any] | None = None,
        *,
        user: int = 1,
        portal: str = "acme",
        lang: str = "en",
        **changes: str | None,
    ) -> Page:
        """Open a frame as Bitrix24 does; `changes` forge fields of the form, None takes one away."""
        world = self.sandbox.portal(portal)
        employee = world.employees[user]
        opened = frame(world, Opening(world.app, APP_URL + path, placement, options or {}, employee, lang))
        fields = {**opened["fields"], **changes}
        query = opened["action"].partition("?")[2]
        data = {name: value for name, value in fields.items() if value is not None}
        return Page(self, self.client.post(path, query_string=query, data=data))

    def tab(self, lead: int, **launch: Any) -> Page:
        return self.launch("/placements/detail-tab", "CRM_LEAD_DETAIL_TAB", {"ID": lead}, **launch)

    def composer(self, lead: int, **launch: Any) -> Page:
        return self.launch("/placements/detail-toolbar", "CRM_LEAD_DETAIL_TOOLBAR", {"ID": lead}, **launch)

    def send(self, lead: int = 77, *, user: int = 1, **changes: Any) -> str:
        """Send the usual document from a lead, to an address of its own; returns the request's id."""
        page = self.composer(lead, user=user)
        changes = {"signer_email": [f"ann.{next(_numbers)}@example.com"]} | changes
        sent = page.post("/composer/send", looked_at(page, **changes))
        assert sent.status == 200, sent.text
        found = re.search(r'data-request="([^"]+)"', sent.text)
        assert found
        return found[1]

    def tell_of_card(self, event: str, number: int) -> None:
        """Post an event about a card as the portal's queue does; the worker acts on it."""
        acme = self.sandbox.portal("acme")
        form = {"event": event, "data[FIELDS][ID]": str(number), "ts": "1770000000"}
        form |= {f"auth[{name}]": str(value) for name, value in acme.events.auth(acme.app, None).items()}
        assert self.client.post("/events/bitrix24", data=form).status_code == 200
        self.work()

    def work(self) -> None:
        """Let the worker do everything that is due, with full buckets: a module's tests call a portal very often."""
        with writing():
            Portal.update(tokens_milli=BURST_MILLI).execute()
        wire_worker(self.ctx).drain(60)

    def link(self, email: str) -> str:
        """The secret of the newest letter to somebody."""
        return re.findall(r"/s/([\w-]+)", self.sandbox.mailbox.letters(email)[-1].text)[0]

    def sign(self, request_id: str) -> None:
        """Sign as its first signer; the worker carries letter and news."""
        self.work()
        token = self.link(first_signer(request_id).email)
        with self.app.app_context():
            sign_document.record_view(self.ctx, token, "203.0.113.5", "browser")
            sign_document.record_consent(self.ctx, token, "I agree.", "203.0.113.5", "browser")
            sign_document.save_signature(self.ctx, token, SignatureInput("type", text="Ann Lee"))
            sign_document.finish(self.ctx, token, "203.0.113.5", "browser")
        self.work()


def usual_form(page: Page, **changes: Any) -> dict[str, Any]:
    """The composer's form as a browser would send it, with one signatory; changes of None take fields away."""
    fields: dict[str, Any] = {
        "composer_id": page.value("composer_id"),
        "source": "template",
        "template_id": re.findall(r'<option value="([^"]+)"', page.text)[0],
        "signer_key": [""],
        "signer_name": ["Ann Lee"],
        "signer_email": ["ann.lee@example.com"],
        "signer_order": ["1"],
        "signer_locale": ["en"],
        "letter_subject": "Please sign {document}",
        "letter_body": "Hello {signer_name}",
        "needs_approval": "1",
        "accept_empties": "1",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def looked_at(page: Page, **changes: Any) -> dict[str, Any]:
    """The usual form after the employee has looked at its pages."""
    fields = usual_form(page, **changes)
    preview = page.post("/composer/preview", fields)
    assert preview.status == 200, preview.text
    return {**fields, "prepared_id": preview.value("prepared_id")}


def first_signer(request_id: str) -> SignerRow:
    return SignerRow.get((SignerRow.request == request_id) & (SignerRow.position == 1))


@contextmanager
def open_office(
    directory: Path, app_url: str = APP_URL, database_url: str = "", now: Clock | None = None
) -> Iterator[Office]:
    """Start the sandbox, wire the application into a directory, install it in both portals."""
    with start(app_url) as sandbox:
        for portal in sandbox.portals.values():
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        mail = sandbox.settings()
        databases.lay_out(directory)
        app = create_app(
            Settings(
                public_url=app_url,
                data_dir=str(directory),
                database_url=database_url,
                oauth_url=mail["PARAPH_OAUTH_URL"],
                smtp_url=mail["PARAPH_SMTP_URL"],
                allow_insecure_portals=True,
            ),
            now,
        )
        office = Office(app, sandbox)
        for known in sandbox.apps:
            register_application(office.ctx, known["client_id"], known["client_secret"])
            _install(office, known["portal"], known["member_id"])
        yield office


def _install(office: Office, portal: str, member_id: str) -> None:
    world = office.sandbox.portal(portal)
    admin = next(person.id for person in world.employees.values() if person.admin)
    page = office.launch("/install", portal=portal, user=admin)
    assert page.status == 200, page.text
    world.lifecycle.finish_install()
    with writing():
        portals.save(member_id, setup_done_at=1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture
def page(office: Office) -> Page:
    """A composer just opened by Anna on lead 77."""
    return office.composer(77, user=ANNA)
