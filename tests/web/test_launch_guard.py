"""Every door that Bitrix24 opens, each field of the opening forged in turn: refused, nothing stored, nobody called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from b24app.sandbox.portal.apps import LocalApp
from b24app.store import portals
from b24app.store.database import reading
from b24app.store.tables import Portal, PortalToken
from placement_handlers import MODULES, codes_of, path_of
from tests.installing import silent_host
from tests.office import ANNA, OLENA, VERA, Office, Page

DOORS = [*((path_of(module), codes_of(module)[0]) for module in MODULES), ("/", "DEFAULT"), ("/install", "DEFAULT")]


@pytest.fixture(scope="module")
def strange_host() -> Iterator[tuple[str, list[str]]]:
    with silent_host() as host:
        yield host


def token_of_another_application(office: Office) -> str:
    return _token_of(office, _another_application(office))


def token_of_a_removed_application(office: Office) -> str:
    app = _another_application(office)
    token = _token_of(office, app)
    office.sandbox.portal("acme").tokens.revoke(app.member_id, app.client_id)
    app.removed = True
    return token


def token_of_another_portal(office: Office) -> str:
    return office.sandbox.portal("globex").token_for(VERA).access


def _another_application(office: Office) -> LocalApp:
    acme = office.sandbox.portal("acme")
    app = LocalApp(acme.member_id, "https://other.example/", "https://other.example/install", installed=True)
    acme.apps[app.client_id] = app
    return app


def _token_of(office: Office, app: LocalApp) -> str:
    return office.sandbox.portal("acme").token_for(OLENA, app).access


def member_id_of_another_portal(office: Office) -> str:
    return office.sandbox.portal("globex").member_id


def application_token_of_another_portal(office: Office) -> str:
    return office.sandbox.portal("globex").app.application_token


Forgery = str | Callable[[Office], str]
FORGERIES: list[tuple[str, Forgery]] = [
    ("AUTH_ID", token_of_another_application),
    ("AUTH_ID", token_of_a_removed_application),
    ("AUTH_ID", token_of_another_portal),
    ("AUTH_ID", "garbage"),
    ("AUTH_ID", "a&auth=b\r\nHost: evil.example"),
    ("AUTH_ID", "ї"),
    ("member_id", member_id_of_another_portal),
    ("member_id", "f" * 32),
    ("member_id", "' OR 1=1 --"),
    ("DOMAIN", "strange host"),
    ("DOMAIN", "evil.example"),
    ("APPLICATION_TOKEN", application_token_of_another_portal),
    ("APPLICATION_TOKEN", "0" * 32),
    ("APPLICATION_TOKEN", "ї"),
]


def name_of_forgery(value: Forgery) -> str:
    return value.__name__ if callable(value) else value


def kept() -> list[Any]:
    with reading():
        return [list(Portal.select().order_by(Portal.member_id).dicts()), list(PortalToken.select().dicts())]


@pytest.mark.parametrize(("field", "forgery"), FORGERIES, ids=name_of_forgery)
@pytest.mark.parametrize(("path", "code"), DOORS)
def test_one_forged_field_is_enough_to_be_refused(office: Office, strange_host, path, code, field, forgery):
    address, asked = strange_host
    known = {"strange host": address.replace("127.0.0.1", "localhost")}
    value = forgery(office) if callable(forgery) else known.get(forgery, forgery)
    before = kept()
    page = office.launch(path, code, {"ID": 77}, **{"SERVER_ENDPOINT": f"http://{address}/rest/", field: value})
    assert page.status == 403, page.text
    assert kept() == before
    assert asked == []


@pytest.mark.parametrize(("path", "code"), DOORS)
def test_a_strange_oauth_server_is_not_even_read(office: Office, strange_host, path, code):
    address, asked = strange_host
    page = office.launch(path, code, {"ID": 77}, SERVER_ENDPOINT=f"http://{address}/rest/")
    assert (page.status, asked) == (200, [])


@pytest.mark.parametrize(("path", "code"), DOORS)
def test_an_opening_repeated_after_its_life_says_what_to_do(office: Office, path, code):
    """The browser's reload of a frame sends the old form again (facts: bitrix24.md 6.5)."""
    old = office.sandbox.portal("acme").token_for(OLENA, life_s=-1).access
    before = kept()
    page = office.launch(path, code, {"ID": 77}, AUTH_ID=old)
    assert (page.status, kept()) == (403, before)
    assert "Close it and open it again from Bitrix24." in page.text


@pytest.mark.parametrize(("path", "code"), DOORS)
def test_an_older_portal_sends_no_application_token_and_is_proven_all_the_same(office: Office, path, code):
    assert office.launch(path, code, {"ID": 77}, APPLICATION_TOKEN=None).status == 200


def policy(page: Page) -> str:
    return page.response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "code"), DOORS)
def test_a_refusal_is_seen_in_the_frame_and_holds_nothing(office: Office, path, code):
    page = office.launch(path, code, {"ID": 77}, AUTH_ID="garbage")
    assert "frame-ancestors *" in policy(page)
    assert page.has("error")
    assert not any(part in page.text for part in ("<form", "<a ", "paraph-session", "csrf-token", "<button"))


@pytest.mark.parametrize("fault", ["http_error", "dropped", "not_json"])
def test_a_silent_oauth_server_is_said_in_the_frame(office: Office, fault):
    for _ in range(3):
        office.sandbox.oauth.faults.add(fault, method="app.info")
    page = office.launch("/", user=ANNA)
    office.sandbox.oauth.faults.clear()
    assert page.status == 502
    assert "frame-ancestors *" in policy(page)


def test_a_proven_employees_refusal_is_framed_by_his_portal_only(office: Office):
    page = office.launch("/", options={"request": "none"}, user=ANNA)
    assert page.status == 404
    assert f"frame-ancestors {office.sandbox.portal('acme').url}" in policy(page)


@pytest.mark.parametrize("path", ["/requests/", "/composer", "/settings/", "/home", "/install/step"])
def test_a_page_that_was_open_too_long_is_told_so_in_its_frame(office: Office, path):
    answer = Page(office, office.client.post(path))
    assert answer.status == 403
    assert "frame-ancestors *" in policy(answer)


@pytest.mark.parametrize("path", ["/nowhere", "/s/unknown", "/v/unknown"])
def test_other_refusals_cannot_be_framed(office: Office, path):
    assert "frame-ancestors 'none'" in policy(Page(office, office.client.get(path)))


# -- an update whose event was lost ---------------------------------------------------------------------------------


@pytest.fixture
def updated(office: Office) -> Iterator[Office]:
    """A new version with a new application token, of which nobody told us."""
    acme = office.sandbox.portal("acme")
    assert office.launch("/", user=OLENA).status == 200
    before, bindings = acme.app.application_token, list(acme.events.bindings)
    acme.faults.add("lost_event", method="ONAPPUPDATE")
    acme.lifecycle.update()
    office.sandbox.settle()
    office.old_token = before  # type: ignore[attr-defined]
    yield office
    acme.faults.clear()
    acme.events.bindings = bindings
    office.launch("/", user=OLENA)


def test_an_administrators_opening_makes_up_for_a_lost_update(updated: Office):
    refused = updated.launch("/", user=ANNA)
    assert refused.status == 403
    assert "once an administrator opens it" in refused.text
    assert updated.launch("/", user=OLENA).status == 200
    assert updated.launch("/", user=ANNA).status == 200
    assert updated.launch("/", user=ANNA, APPLICATION_TOKEN=updated.old_token).status == 403


def test_handlers_that_the_update_took_away_are_bound_again(updated: Office):
    acme = updated.sandbox.portal("acme")
    assert acme.events.bindings == []
    updated.launch("/", user=OLENA)
    updated.work()
    assert {binding.event for binding in acme.events.bindings} >= {"ONAPPUPDATE", "ONAPPUNINSTALL"}


def test_the_install_page_makes_up_for_it_as_well(updated: Office):
    assert updated.launch("/install", user=OLENA).status == 200
    assert updated.launch("/", user=ANNA).status == 200


def test_the_token_of_the_version_before_is_not_taken_back(updated: Office):
    old = updated.sandbox.portal("acme").token_for(OLENA).access
    assert updated.launch("/", user=OLENA).status == 200
    before = kept()[0]
    again = updated.launch("/", user=OLENA, AUTH_ID=old, APPLICATION_TOKEN=updated.old_token)
    assert (again.status, kept()[0]) == (403, before)


def test_a_forged_token_is_not_believed_without_an_update(office: Office):
    assert office.launch("/", user=OLENA, APPLICATION_TOKEN="1" * 32).status == 403


# -- an administrator who opens the application ---------------------------------------------------------------------


def test_home_lets_an_administrator_stand_in_for_a_dead_installer(office: Office):
    member_id = office.sandbox.portal("acme").member_id
    portals.save(member_id, installer_id=ANNA)
    portals.mark_token_dead(member_id, ANNA, 1)
    office.launch("/", user=ANNA, REFRESH_ID=None)
    assert portals.get(member_id).installer_id == ANNA
    office.launch("/", user=OLENA)
    assert portals.get(member_id).installer_id == OLENA
