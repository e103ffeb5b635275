"""What could not be done: seen by those who can mend it, tried again, left; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.clock import from_ms, to_ms
from b24app.domain.events import EventType, Topic
from b24app.domain.signature_request import Status
from b24app.errors import N_, BitrixError, MailError, NotFound
from b24app.outbox.message import Message, describe
from b24app.services.list_requests import Asked, Show, list_requests
from b24app.services.list_troubles import LONG, Standstill, list_troubles, works_of
from b24app.services.report_dead import report_dead
from b24app.services.try_again import leave_work, try_again, try_everything
from b24app.store import audit, database, heartbeat, outbox, portals, requests
from b24app.store.tables import AuditRow, OutboxMessage, Portal, SignerRow
from tests.portal_room import ANNA, add_portal, add_request, open_room, topics

GONE = BitrixError(N_("Bitrix24 answered %(what)s without a result."), what="crm.item.get", permanent=True)
MAIL = MailError("The mail server cannot be reached.", code="connection")


@pytest.fixture
def ctx(tmp_path, database_url):
    context = open_room(tmp_path, database_url=database_url)
    with database.writing():
        heartbeat.beat(context.now())
    with database.reading():
        yield context


@pytest.fixture
def portal(ctx):
    return add_portal(ctx)


def message(ctx, portal, request_id, topic=Topic.RELAY, *, signer="", **columns):
    """Work that waits; `columns` say what became of it."""
    with database.writing():
        outbox.enqueue(portal.member_id, request_id, 1, topic, {"signer_id": signer}, ctx.now())
        OutboxMessage.update(**{"attempts": 1, **columns}).where(OutboxMessage.request == request_id).execute()
    return OutboxMessage.get(OutboxMessage.request == request_id)


def bury(ctx, row, error=GONE, *, blocks=False):
    """Give a message up as the worker does, with everything that follows from it."""
    with database.writing():
        outbox.bury(row.key, ctx.now(), describe(error), blocks=blocks)
        report_dead(ctx, Message.of(row, from_ms(0)), error)
    return OutboxMessage.get_by_id(row.id)


def ago(ctx, **time):
    return to_ms(ctx.now() - timedelta(**time))


def happened(ctx, request, **time):
    """Let the last thing that happened to a request lie so far back."""
    at = ago(ctx, **time)
    values = {"portal": request.portal, "type": "request_sent", "actor_kind": "system", "digest": ""}
    with database.writing():
        AuditRow.delete().execute()
        AuditRow.create(request=request.id, position=1, at=at, **values)
    return from_ms(at)


def found(ctx, portal):
    return {trouble.request_id: trouble for trouble in list_troubles(ctx, portal).requests}


def attention(ctx, portal):
    lines = list_requests(ctx, portal, ANNA, None, asked=Asked(show=Show.ATTENTION)).lines
    return [line.id for line in lines]


def test_a_portal_without_trouble_has_none(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    message(ctx, portal, request.id)
    assert len(list_troubles(ctx, portal)) == 0
    assert works_of(ctx, request) == ()


def test_what_was_given_up_says_what_why_since_when_and_how_often(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES, title="Lease")
    signer = SignerRow.get(SignerRow.request == request.id)
    since = ago(ctx, hours=3)
    bury(ctx, message(ctx, portal, request.id, Topic.INVITE, signer=signer.id, attempts=9, failing_since=since), MAIL)
    trouble = found(ctx, portal)[request.id]
    [work] = trouble.works
    assert (trouble.title, work.state, work.topic, work.who) == ("Lease", "dead", Topic.INVITE, "Petra Signer")
    assert (work.attempts, work.since, work.next_at, work.may_leave) == (9, from_ms(since), None, True)
    assert work.reason.message == "The mail server cannot be reached."
    assert works_of(ctx, request) == (work,)


def test_what_fails_again_and_again_is_shown_after_a_quarter_of_an_hour(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    row = message(ctx, portal, request.id, attempts=3, failing_since=ago(ctx, minutes=14))
    assert found(ctx, portal) == {}
    with database.writing():
        OutboxMessage.update(failing_since=to_ms(ctx.now() - LONG)).execute()
    [work] = found(ctx, portal)[request.id].works
    assert (work.state, work.attempts, work.next_at, work.may_leave) == ("failing", 3, from_ms(row.next_at), False)


def test_the_first_failure_is_kept_until_it_is_tried_anew(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    row = message(ctx, portal, request.id)
    first = ctx.now() - timedelta(minutes=20)
    for moment in (first, first + timedelta(minutes=5)):
        outbox.put_off(row.key, moment, moment + timedelta(minutes=1), "x")
    assert bury(ctx, row).failing_since == to_ms(first)
    try_again(ctx, portal, ANNA, request.id)
    assert OutboxMessage.get_by_id(row.id).failing_since is None


@pytest.mark.parametrize(
    ("status", "topic"),
    [(Status.SENDING, Topic.HAND_OVER), (Status.CLOSING, Topic.CANCEL), (Status.COMPLETING, Topic.SEAL)],
)
def test_a_request_on_its_way_for_too_long_is_shown_and_set_going_again_once(ctx, portal, status, topic):
    request = add_request(ctx, portal, status)
    happened(ctx, request, minutes=14)
    assert found(ctx, portal) == {}
    since = happened(ctx, request, minutes=16)
    [work] = found(ctx, portal)[request.id].works
    assert (work.state, work.topic, work.since) == ("still", topic, since)
    for _ in range(2):
        try_again(ctx, portal, ANNA, request.id)
        assert topics(request.id) == [str(topic)]
    assert found(ctx, portal) == {}


def test_a_message_that_stops_its_request_is_tried_again_under_the_employees_name(ctx, portal):
    request = add_request(ctx, portal, Status.COMPLETING)
    row = bury(ctx, message(ctx, portal, request.id, Topic.SEAL), blocks=True)
    [work] = found(ctx, portal)[request.id].works
    assert (work.state, work.topic, work.may_leave) == ("dead", Topic.SEAL, False)
    assert requests.load(portal.member_id, request.id).status is Status.FAILED
    try_again(ctx, portal, ANNA, request.id)
    event = audit.events(portal.member_id, request.id)[-1]
    assert (event.type, event.actor.id) == (EventType.REQUEST_RETRIED, str(ANNA))
    assert OutboxMessage.get_by_id(row.id).dead_at is None
    assert found(ctx, portal) == {}


def test_a_failed_request_without_a_message_is_shown_with_its_reason(ctx, portal):
    request = add_request(ctx, portal, Status.FAILED)
    with database.writing():
        requests.Request.update(reason=describe(GONE)).execute()
    [work] = found(ctx, portal)[request.id].works
    assert (work.state, work.topic, work.reason.params) == ("failed", None, {"what": "crm.item.get"})


def test_trying_again_ends_the_pause_and_the_waiting(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    later = to_ms(ctx.now() + timedelta(hours=1))
    message(ctx, portal, request.id, next_at=later, attempts=8, failing_since=ago(ctx, hours=1))
    paused = {"pause_until": later, "failures": 9, "mail_pause_until": later, "mail_failures": 9}
    with database.writing():
        Portal.update(**paused).execute()
    try_again(ctx, portal, ANNA, request.id)
    row = portals.get(portal.member_id)
    assert [getattr(row, name) for name in paused] == [0, 0, 0, 0]
    assert OutboxMessage.get(OutboxMessage.request == request.id).next_at <= to_ms(ctx.now())
    assert found(ctx, portal) == {}


def test_all_of_it_is_tried_again_at_once(ctx, portal):
    for _ in range(3):
        bury(ctx, message(ctx, portal, add_request(ctx, portal, Status.AWAITING_SIGNATURES).id))
    event = bury(ctx, message(ctx, portal, "event-1", Topic.PORTAL_EVENT))
    assert found(ctx, portal)["event-1"].title == ""
    try_everything(ctx, portal, ANNA)
    assert (found(ctx, portal), attention(ctx, portal)) == ({}, [])
    assert OutboxMessage.get_by_id(event.id).dead_at is None


def test_what_holds_up_nothing_can_be_left_and_stays_left(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    row = bury(ctx, message(ctx, portal, request.id))
    assert attention(ctx, portal) == [request.id]
    leave_work(ctx, portal, row.id)
    assert (found(ctx, portal), attention(ctx, portal)) == ({}, [])
    with pytest.raises(NotFound):
        leave_work(ctx, portal, row.id)


def test_what_later_work_waits_for_cannot_be_left(ctx, portal):
    request = add_request(ctx, portal, Status.COMPLETED)
    row = bury(ctx, message(ctx, portal, request.id, Topic.FILE_TO_CARD), blocks=True)
    with pytest.raises(NotFound):
        leave_work(ctx, portal, row.id)
    assert not found(ctx, portal)[request.id].works[0].may_leave


def test_work_that_is_still_tried_cannot_be_left(ctx, portal):
    request = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    row = message(ctx, portal, request.id, attempts=3, failing_since=ago(ctx, hours=1))
    with pytest.raises(NotFound):
        leave_work(ctx, portal, row.id)


def test_another_portals_troubles_are_neither_seen_nor_touched(ctx, portal):
    there = add_portal(ctx, "vera")
    request = add_request(ctx, there, Status.AWAITING_SIGNATURES)
    row = bury(ctx, message(ctx, there, request.id))
    assert found(ctx, portal) == {}
    try_again(ctx, portal, ANNA, request.id)
    try_everything(ctx, portal, ANNA)
    with pytest.raises(NotFound):
        leave_work(ctx, portal, row.id)
    assert OutboxMessage.get_by_id(row.id).dead_at is not None


def test_a_lost_connection_says_whose_it_was(ctx, portal):
    with database.writing():
        portals.save(portal.member_id, health="reconnect")
    assert list_troubles(ctx, portals.get("acme")).standstills == (Standstill("reconnect", who="Anna Lee"),)


def test_a_pause_is_told_once_the_other_side_has_failed_some_times(ctx, portal):
    until = from_ms(to_ms(ctx.now() + timedelta(minutes=5)))
    with database.writing():
        paused = {"pause_until": to_ms(until), "mail_pause_until": to_ms(until)}
        portals.save(portal.member_id, **paused, failures=2, mail_failures=2)
    assert list_troubles(ctx, portals.get("acme")).standstills == ()
    with database.writing():
        portals.save(portal.member_id, failures=3, mail_failures=3)
    told = list_troubles(ctx, portals.get("acme")).standstills
    assert told == (Standstill("bitrix", until), Standstill("mail", until))


def test_a_worker_that_is_not_seen_is_told(ctx, portal):
    with database.writing():
        heartbeat.beat(ctx.now() - timedelta(seconds=heartbeat.LATELY_S))
    assert list_troubles(ctx, portal).standstills == (Standstill("worker"),)
