"""The real rooms against the stand-ins: the demo's accounts, and accounts let in on the pages of consent there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from b24app import create_app, demo
from b24app.sandbox.serving import Listener
from b24app.sandbox.world import Sandbox
from b24app.services.ask_consent import consent_link
from b24app.services.context import Context
from b24app.services.register_application import register_application
from b24app.settings import Settings
from b24app.store import connections, database, portals
from b24app.store.tables import Connection
from b24app.wiring import wire_worker

TIMEOUT_S = 30


@dataclass
class Running:
    """The application in the demo's world."""

    sandbox: Sandbox
    ctx: Context
    url: str

    def connect(self, accounts: dict[str, demo.Answers]) -> list[Connection]:
        """Connect accounts as an administrator does; returns the new ones after the worker has tried them."""
        before = {row.id for row in self.rows()}
        demo.connect_services(self.sandbox.portal("acme"), self.url, accounts)
        self.work()
        return [row for row in self.rows() if row.id not in before]

    def rows(self) -> list[Connection]:
        with database.reading():
            return connections.of_portal(self.sandbox.portal("acme").member_id)

    def work(self) -> None:
        wire_worker(self.ctx).drain(30)

    def way_out(self, row: Connection) -> str:
        """The address of the service's page that our link leads to."""
        with database.reading():
            link = consent_link(self.ctx, portals.get(row.portal), 1, row)
        answer = requests.get(link, allow_redirects=False, timeout=TIMEOUT_S)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    served: list[object] = []
    door = Listener(lambda: lambda environ, start: served[0](environ, start))  # type: ignore[operator]
    url = door.url.replace("127.0.0.1", "localhost")
    with Sandbox(url) as sandbox:
        app = create_app(
            Settings(
                public_url=url,
                data_dir=str(tmp_path_factory.mktemp("demo")),
                oauth_url=sandbox.oauth.url,
                smtp_url=sandbox.mailbox.smtp_url,
                dropbox_sign_url=sandbox.dropbox_sign.url,
                docusign_url=sandbox.docusign.url,
                docusign_auth_url=sandbox.docusign.auth.url,
                allow_insecure_portals=True,
            )
        )
        served.append(app)
        ctx = app.extensions["paraph"]
        for known in sandbox.apps:
            register_application(ctx, known["client_id"], known["client_secret"])
        demo.install(sandbox.portal("acme"), url)
        yield Running(sandbox, ctx, url)
        door.stop()
        database.close_connection()


def test_the_demo_has_an_account_at_each_service_and_leaves_out_what_nobody_knows(running: Running):
    accounts = demo.service_accounts(running.sandbox)
    made = running.connect({**accounts, "nobody/api_key": {}})
    assert [(row.provider, row.health) for row in made] == [("dropbox_sign", "ok"), ("docusign", "ok")]


@pytest.mark.parametrize("name", ["dropbox_sign", "docusign"])
def test_a_person_agrees_on_the_services_own_page(running: Running, name: str):
    dropbox, docusign = running.sandbox.dropbox_sign, running.sandbox.docusign
    app, integration = dropbox.app, docusign.integration
    asked = {
        "dropbox_sign": {"client_id": app.client_id, "client_secret": app.secret, "api_key": dropbox.account.api_key},
        "docusign": {
            "environment": "demo", "integration_key": integration.client_id, "secret": integration.secret,
            "connect_key": docusign.account.hmac_keys[0],
        },
    }[name]  # fmt: skip
    agreed = {"answer": "allow", "account": dropbox.account.email, "user": docusign.user.user_id}
    [row] = running.connect({f"{name}/oauth_code": asked})
    assert row.health == "consent"
    end = requests.post(running.way_out(row), data=agreed, timeout=TIMEOUT_S)
    assert (end.status_code, "Thank you" in end.text) == (200, True)
    running.work()
    found = next(each for each in running.rows() if each.id == row.id)
    assert (found.health, found.health_note) == ("ok", "")
