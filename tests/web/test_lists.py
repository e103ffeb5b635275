"""Lists of requests over HTTP: search, filters and pages, with the page's script and as plain forms."""

from __future__ import annotations

import re

import pytest

from b24app.domain.signature_request import Status
from b24app.services.list_requests import MAX_LINES
from b24app.store import portals
from b24app.store.database import reading
from tests.office import ANNA, BORIS, OLENA, VERA, Office, Page
from tests.portal_room import NOON_MS, add_request

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{7*7}}"


def lines(page: Page) -> list[str]:
    return re.findall(r'data-testid="request-line" data-request="([^"]+)"', page.text)


def add(office: Office, title: str, n: int = 0, *, portal: str = "acme", **values) -> str:
    with reading():
        row = portals.get(office.sandbox.portal(portal).member_id)
        usual = {"sender": ANNA, "responsible": ANNA, "created_at": NOON_MS + n}
        return str(add_request(office.ctx, row, Status.AWAITING_SIGNATURES, title=title, **usual | values).id)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("path", ["/home", "/requests/"])
def test_a_search_shows_what_fits_and_keeps_the_words(office: Office, path, plain):
    wanted, other = add(office, "Lease of Mar'yana 5/2026"), add(office, "Supply contract 6/2026")
    page = office.launch("/", user=ANNA).post(path, {"q": "  LEASE maryana ", "show": "all"}, plain=plain)
    assert wanted in lines(page)
    assert other not in lines(page)
    assert 'value="LEASE maryana"' in page.text


def test_nobody_finds_what_he_may_not_see(office: Office):
    request_id = add(office, "Secretive lease")
    stranger = add(office, "Secretive lease", portal="globex", sender=OLENA, responsible=OLENA)
    found = {
        user: lines(office.launch("/", user=user, portal=portal).post("/home", {"q": "secretive"}))
        for user, portal in ((ANNA, "acme"), (BORIS, "acme"), (OLENA, "acme"), (VERA, "globex"))
    }
    assert found == {ANNA: [request_id], BORIS: [], OLENA: [request_id]} | {VERA: [stranger]}


@pytest.mark.parametrize("fields", [{"q": "merger"}, {"q": "no such word"}, {"show": "ended"}, {"before": "1-a"}])
def test_a_forged_card_tells_nothing_not_even_that_there_is_nothing(office: Office, fields):
    """The card's number comes from the launch, which nobody but Bitrix24 can vouch for."""
    add(office, "Confidential merger", lead=77)
    values = {"portal": office.sandbox.portal("acme").member_id, "user": BORIS, "lang": "en", "entity": [1, 77]}
    headers = {"X-Paraph-Session": office.app.session_interface.dump(values), "X-Paraph-Fragment": "1"}
    assert office.client.post("/home", data=fields, headers=headers).status_code == 409


def test_filters_show_how_many_wait_for_the_reader(office: Office):
    page = office.launch("/", user=OLENA)
    before = page.post("/home", {"show": "approval"})
    with reading():
        row = portals.get(office.sandbox.portal("acme").member_id)
        request_id = add_request(office.ctx, row, Status.AWAITING_APPROVAL, sender=ANNA, responsible=OLENA).id
    after = page.post("/home", {"show": "approval"})
    assert set(lines(after)) - set(lines(before)) == {request_id}
    assert 'aria-pressed="true" data-testid="filter" data-show="approval"' in after.text
    assert after.has("filter-count")


@pytest.mark.parametrize("show", ["signatures", "approval", "attention", "completed", "ended"])
def test_an_empty_filter_says_so_kindly(office: Office, show):
    page = office.launch("/", user=VERA, portal="globex").post("/home", {"show": show, "q": ""}, plain=True)
    assert page.has("no-requests") or lines(page)
    assert "Open a lead" not in page.text


def test_nothing_found_repeats_the_words_as_text(office: Office):
    page = office.launch("/", user=ANNA).post("/home", {"q": HOSTILE})
    assert page.has("nothing-found")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "{{7*7}}" in page.text


def test_pages_follow_each_other_as_plain_forms(office: Office):
    ids = [add(office, "Paged", n, sender=OLENA, responsible=OLENA, lead=81) for n in range(MAX_LINES + 2)][::-1]
    home = office.launch("/", user=OLENA)
    first = home.post("/home", {"q": "paged"}, plain=True)
    second = first.post("/home", {"q": "paged", "before": first.value("before")}, plain=True)
    assert (lines(first), lines(second)) == (ids[:MAX_LINES], ids[MAX_LINES:])
    assert (first.has("more"), second.has("more"), second.has("newest")) == (True, False, True)


@pytest.mark.parametrize(
    "fields", [{"show": "x"}, {"before": "x' OR 1=1"}, {"q": "x" * 5000}, {"q": "\0%_?'\"\\"}, {"show": "#all"}]
)
def test_forged_fields_do_no_harm(office: Office, fields):
    assert office.launch("/", user=ANNA).post("/home", fields).status == 200


def test_a_line_names_its_signers_as_text(office: Office):
    add(office, HOSTILE, signers=[(HOSTILE, "a@b.example")])
    page = office.launch("/", user=ANNA).post("/home", {"q": "script alert"})
    assert page.has("line-names")
    assert "<script>alert" not in page.text


def test_a_short_list_of_a_card_has_no_tools(office: Office):
    add(office, "Only one", lead=82, sender=OLENA, responsible=OLENA)
    page = office.tab(82, user=OLENA)
    assert (page.count("request-line"), page.has("search-text")) == (1, False)
