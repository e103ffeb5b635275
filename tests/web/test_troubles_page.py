"""The list of troubles over HTTP: for administrators, with or without the page's script, in both languages."""

from __future__ import annotations

import re

import pytest

from b24app.clock import from_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import N_, BitrixError
from b24app.outbox.message import Message, describe
from b24app.services.report_dead import report_dead
from b24app.store import heartbeat, outbox, portals
from b24app.store.database import reading, writing
from b24app.store.tables import OutboxMessage
from b24app.web.words import _WORK
from tests.office import ANNA, OLENA, VERA, Office, Page
from tests.portal_room import add_request

GONE = BitrixError(N_("Bitrix24 answered %(what)s without a result."), what="crm.item.get", permanent=True)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def awake(office: Office) -> None:
    """A worker was seen a moment ago, and nothing has failed yet."""
    with writing():
        heartbeat.beat(office.ctx.now())
        OutboxMessage.delete().where(OutboxMessage.dead_at.is_null(False)).execute()


@pytest.fixture
def dead(office: Office):
    """Give work for a new request up; returns the message."""

    def dead(topic: Topic = Topic.RELAY, *, title: str = "Lease", blocks: bool = False, portal: str = "acme"):
        with writing():
            row = portals.get(office.sandbox.portal(portal).member_id)
            request = add_request(office.ctx, row, Status.AWAITING_SIGNATURES, title=title)
            outbox.enqueue(row.member_id, request.id, 1, topic, {}, office.ctx.now())
            message = OutboxMessage.get(OutboxMessage.request == request.id)
            outbox.bury(message.key, office.ctx.now(), describe(GONE), blocks=blocks)
            report_dead(office.ctx, Message.of(message, from_ms(0)), GONE)
        return message

    return dead


def opened(office: Office, **launch) -> Page:
    return office.launch("/", **{"user": OLENA, **launch}).post("/troubles/", plain=True)


def test_without_trouble_the_page_is_friendly_and_home_says_nothing(office: Office):
    assert opened(office).has("no-troubles")
    assert not office.launch("/", user=OLENA).has("troubles")


def test_home_and_settings_lead_to_what_could_not_be_done(office: Office, dead):
    message = dead()
    home = office.launch("/", user=OLENA)
    assert (home.has("troubles"), home.post("/settings/", plain=True).has("troubles")) == (True, True)
    page = opened(office)
    assert f'data-request="{message.request}"' in page.text
    assert "Bitrix24 answered crm.item.get without a result." in page.text
    assert "News in the timeline of the card" in page.text


def test_employees_are_kept_out_and_are_not_told_of_others(office: Office, dead):
    message = dead()
    home = office.launch("/", user=ANNA)
    assert not home.has("troubles")
    for path in ("/", "/again", f"/{message.request}/again", f"/works/{message.id}/leave"):
        assert home.post(f"/troubles{path}").status == 409, path
    assert OutboxMessage.get_by_id(message.id).dead_at is not None


def test_another_portals_troubles_are_out_of_reach(office: Office, dead):
    message = dead()
    home = office.launch("/", user=VERA, portal="globex")
    assert message.request not in home.post("/troubles/", plain=True).text
    home.post("/troubles/again")
    home.post(f"/troubles/{message.request}/again")
    assert home.post(f"/troubles/works/{message.id}/leave").status == 404
    assert OutboxMessage.get_by_id(message.id).dead_at is not None


@pytest.mark.parametrize("plain", [False, True])
def test_one_thing_is_tried_again(office: Office, dead, plain):
    message, other = dead(), dead()
    page = opened(office).post(f"/troubles/{message.request}/again", plain=plain)
    assert page.has("done")
    assert (message.request in page.text, other.request in page.text) == (False, True)
    with reading():
        assert OutboxMessage.get_by_id(message.id).dead_at is None


def test_everything_is_tried_again_and_pressing_twice_does_no_harm(office: Office, dead):
    dead()
    dead()
    page = opened(office)
    for _ in range(2):
        assert page.post("/troubles/again").has("no-troubles")


def test_what_holds_up_nothing_can_be_left(office: Office, dead):
    message = dead()
    page = opened(office)
    assert page.has("leave")
    assert page.post(f"/troubles/works/{message.id}/leave").has("no-troubles")
    assert page.post(f"/troubles/works/{message.id}/leave").status == 404


def test_what_later_work_waits_for_offers_no_leaving(office: Office, dead):
    dead(Topic.FILE_TO_CARD, blocks=True)
    page = opened(office)
    assert (page.has("again"), page.has("leave")) == (True, False)


def test_hostile_titles_are_text(office: Office, dead):
    dead(title=HOSTILE)
    page = opened(office)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_page_speaks_ukrainian(office: Office, dead):
    dead()
    page = opened(office, lang="ua")
    assert "Новини в таймлайні картки" in page.text
    assert not re.search(r">\s*(Try again|Leave it|Problems)\s*<", page.text)


def test_the_request_says_to_its_employee_what_could_not_be_done(office: Office):
    request_id = office.send(77, user=ANNA)
    with writing():
        message = OutboxMessage.get((OutboxMessage.request == request_id) & (OutboxMessage.topic == "relay"))
        outbox.bury(message.key, office.ctx.now(), describe(GONE), blocks=False)
        report_dead(office.ctx, Message.of(message, from_ms(0)), GONE)
    page = office.launch("/", options={"request": request_id}, user=ANNA)
    assert (page.has("stuck"), page.has("work"), page.has("work-reason")) == (True, True, True)
    assert not page.post(f"/requests/{request_id}/retry").has("stuck")


def test_a_silent_worker_is_told(office: Office):
    with writing():
        heartbeat.Heartbeat.delete().execute()
    page = opened(office)
    assert 'data-kind="worker"' in page.text


def test_every_kind_of_work_has_its_words():
    assert set(_WORK) == set(Topic)


@pytest.mark.parametrize("path", ["/troubles/", "/troubles/again", "/troubles/x/again", "/troubles/works/1/leave"])
def test_without_a_session_there_is_no_page(office: Office, path):
    assert office.client.post(path).status_code in (400, 403)
    assert office.client.get(path).status_code == 405
