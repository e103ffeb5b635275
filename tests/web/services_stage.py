"""Example Sign beside the office: a signing service whose accounts can be connected on the settings page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape

from b24app.clock import utc_now
from b24app.domain.choosing import Rule, SigningRules
from b24app.providers.doors import DOORS
from b24app.services.connect_provider import add_connection
from b24app.services.signing_rules import save_rules
from b24app.store import portals
from b24app.store.database import reading, writing
from b24app.store.tables import Connection, Portal
from tests.office import OLENA, Office, Page
from tests.providers.example.room import listed
from tests.providers.example.service import KEY, ExampleSign
from tests.providers.example.stage import DOOR

AT = "/settings/services"
GIVEN = {"way": "example/api_key", "name": "Our account", "q-key": KEY, "q-hook_key": "example-hook-key"}


@dataclass
class Services:
    office: Office
    service: ExampleSign

    @property
    def portal(self) -> Portal:
        with reading():
            return portals.get(self.office.sandbox.portal("acme").member_id)

    def page(self, user: int = OLENA, **launch: str) -> Page:
        """The settings page of signing services, as an administrator comes to it."""
        return self.office.launch("/", user=user, **launch).post(f"{AT}/", plain=True)

    def connect(self, name: str = "Our account", *, is_tried: bool = True, **settings: object) -> str:
        """Have an account, without the pages."""
        secrets = {"key": KEY, "hook_key": self.service.desk.hook_key}
        settings = {"auth": "api_key", **settings}
        connection = add_connection(self.office.ctx, self.portal, "example", name, secrets, settings)
        if is_tried:
            self.office.work()
        return connection

    def row(self, connection: str) -> Connection:
        with reading():
            return Connection.get_by_id(connection)

    def rule(self, *rules: Rule, default: str = "", may_choose: bool = True) -> None:
        save_rules(self.portal, SigningRules(rules, default, may_choose))

    def forget(self) -> None:
        """Nothing is connected and nothing decided."""
        self.service.desk.papers.clear()
        self.service.faults.clear()
        self.service.keys = {KEY}
        with writing():
            Connection.update(removed_at=1).execute()
        self.rule()


@contextmanager
def services_stage(office: Office) -> Iterator[Services]:
    service = ExampleSign(utc_now)
    room, (step, door) = listed(service.url), DOOR
    ctx = replace(office.ctx, rooms={**office.ctx.rooms, room.name: room}, doors={**DOORS, step: door})
    office.ctx = office.app.extensions["paraph"] = ctx
    try:
        yield Services(office, service)
    finally:
        service.close()


def only(page: Page) -> str:
    """The id of the one account on a page."""
    [found] = re.findall(r'data-connection="([^"]+)"', page.text)
    return str(found)


def address(page: Page) -> str:
    """Where the link to the provider's page leads."""
    found = re.search(r'href="([^"]+)" target="_blank"[^>]*data-testid="consent"', page.text)
    assert found, page.text
    return unescape(found[1])
