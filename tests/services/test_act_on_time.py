"""What time causes happens once, in order and in spite of damaged rows; a clock that jumped causes nothing."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date

import pytest

from b24app.clock import WatchedClock
from b24app.domain.events import EventType, Topic
from b24app.domain.signature_request import Status
from b24app.outbox.worker import Worker
from b24app.services.act_on_time import act_on_time
from b24app.services.housekeeping import each_minute
from b24app.store import outbox, requests
from b24app.store.database import reading, writing
from b24app.store.tables import Composer, OutboxMessage, Request
from tests.hand_clocks import HandClocks
from tests.outbox.test_hints import until as until_true
from tests.portal_room import add_portal
from tests.services.desk import ANN, MARCO, Desk
from tests.services.time_passing import PLAN, berlin, due_at, happened, status


def test_a_clock_that_jumps_ahead_ends_and_reminds_nothing_and_signing_goes_on(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    ends = desk.send(ANN, expires_on=date(2026, 3, 6))
    reminds = desk.send(MARCO, reminders=replace(PLAN, first_days=1))
    opened = desk.open()
    clocks.jump(days=1, hours=16)
    each_minute(desk.ctx)
    assert (status(ends), happened(reminds, EventType.SIGNER_REMINDED)) == (Status.AWAITING_SIGNATURES, 0)
    assert Composer.get_or_none(Composer.id == opened) is not None
    desk.sign(ANN.email)
    assert status(ends) is Status.AWAITING_APPROVAL


def test_after_ten_minutes_the_new_time_is_believed(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    request_id = desk.send(ANN, expires_on=date(2026, 3, 6))
    clocks.jump(days=2)
    each_minute(desk.ctx)
    clocks.go(minutes=10)
    each_minute(desk.ctx)
    assert status(request_id) is Status.EXPIRED


def test_a_clock_that_is_back_is_believed_at_once(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    request_id = desk.send(ANN, expires_on=date(2026, 3, 6), reminders=replace(PLAN, first_days=1))
    clocks.jump(hours=23)
    each_minute(desk.ctx)
    clocks.jump(hours=-23)
    clocks.go(days=1, minutes=30)
    each_minute(desk.ctx)
    assert happened(request_id, EventType.SIGNER_REMINDED) == 1


def many(desk: Desk, count: int) -> list[str]:
    """Copies of one request, due one second after the other, the last made the longest."""
    first = desk.send(ANN, reminders=PLAN)
    row, signer = requests.row("acme", first), requests.SignerRow.get()
    with writing():
        for number in range(1, count):
            made = row.__data__ | {"id": f"copy-{number:03}", "due_at": row.due_at - 1000 * number}
            Request.insert(made).execute()
            requests.SignerRow.insert(signer.__data__ | {"id": f"signer-{number}", "request": made["id"]}).execute()
    return [f"copy-{number:03}" for number in range(count - 1, 0, -1)] + [first]


def reminded() -> list[str]:
    messages = OutboxMessage.select().where(OutboxMessage.topic == "remind").order_by(OutboxMessage.id)
    return [message.request for message in messages]


def test_more_than_a_page_is_handled_oldest_first(desk, clocks):
    oldest_first = many(desk, 230)
    clocks.moment = berlin(5).astimezone(UTC)
    assert act_on_time(desk.ctx) == 230
    assert reminded() == oldest_first


def test_what_does_not_fit_into_a_minutes_slice_comes_with_the_next(desk, clocks):
    oldest_first = many(desk, 3)
    clocks.moment = berlin(5).astimezone(UTC)
    assert [act_on_time(desk.ctx, for_s=0) for _ in range(4)] == [1, 1, 1, 0]
    assert reminded() == oldest_first


@pytest.mark.parametrize("damage", [{"reminders": {"first_days": "soon"}}, {"status": "nonsense"}])
def test_a_damaged_row_is_put_off_and_holds_up_no_other(desk, clocks, damage):
    damaged, *others = many(desk, 3)
    with writing():
        Request.update(**damage).where(Request.id == damaged).execute()
    clocks.moment = berlin(5).astimezone(UTC)
    assert act_on_time(desk.ctx) == 2
    assert reminded() == others
    assert due_at(damaged) == berlin(5, 9, 10)


def test_a_row_that_cannot_even_be_read_holds_up_no_other(desk, clocks):
    damaged, *others = many(desk, 3)
    with writing():
        Request._meta.database.execute_sql("UPDATE request SET reminders = '{' WHERE id = 'copy-002'")
    clocks.moment = berlin(5).astimezone(UTC)
    assert (damaged, act_on_time(desk.ctx), reminded()) == ("copy-002", 2, others)


def test_a_request_that_waits_for_nothing_is_not_looked_at_again(desk, clocks):
    request_id = desk.send(ANN)
    with writing():
        Request.update(due_at=1).where(Request.id == request_id).execute()
    assert act_on_time(desk.ctx) == 0
    assert due_at(request_id) is None


def test_the_outbox_goes_on_while_many_requests_are_due(desk, clocks):
    def act() -> None:
        with reading():
            act_on_time(desk.ctx)

    many(desk, 150)
    add_portal(desk.ctx, "globex")
    clocks.moment = berlin(5).astimezone(UTC)
    minute, done = threading.Thread(target=act), []
    minute.start()
    until_true(lambda: len(reminded()) > 10)
    with writing():
        outbox.enqueue("globex", "other", 1, Topic.RELAY, {}, clocks.wall())
    handlers = dict.fromkeys(Topic, lambda message: done.append(message.key))
    Worker(handlers, desk.ctx.hints, clocks.wall, "w").serve_portal("globex")
    assert (done, minute.is_alive()) == (["other:1"], True)
    minute.join(60)
    assert len(reminded()) == 150
