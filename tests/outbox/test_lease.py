"""Rule 4: one worker at a time serves a portal, for about a second, and marks only what it still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import Sentence
from b24app.outbox.message import Message
from b24app.outbox.rate import PortalLimiter
from b24app.store import database, outbox

from .office import Office, portal_row, row


def test_a_portal_that_somebody_holds_is_left_to_him(office: Office) -> None:
    served: list[int] = []

    def intrude(message: Message) -> None:
        served.append(office.worker().serve_portal("anna"))
        office.diary(message)

    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY)
    office.worker({Topic.RELAY: intrude}).serve_portal("anna")
    assert served == [0, 0]
    assert office.diary.tried == [("r1:1", 1), ("r2:1", 1)]


def test_a_worker_gives_the_portal_back_after_a_second_and_calls_again(office: Office) -> None:
    def slow(message: Message) -> None:
        office.clock.move(seconds=0.4)
        office.diary(message)

    for number in range(5):
        office.put(f"r{number}", Topic.RELAY)
    assert office.worker({Topic.RELAY: slow}).serve_portal("anna") == 3
    assert (portal_row("anna").lease_by, portal_row("anna").lease_until) == ("", 0)
    assert office.hints.huey.pending_count() == 1


def test_the_lease_is_renewed_before_each_message(office: Office) -> None:
    left_ms: list[int] = []

    def look(_message: Message) -> None:
        left_ms.append(portal_row("anna").lease_until - to_ms(office.clock()))
        office.clock.move(seconds=0.3)

    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.put("r1", Topic.SEAL, first=3)
    office.worker({Topic.RELAY: look, Topic.SEAL: look}).drain(5)
    assert left_ms == [45_000, 45_000, 120_000]


def test_who_lost_his_lease_marks_nothing_and_sends_nothing_more(office: Office) -> None:
    other = office.worker()

    def stall(message: Message) -> None:
        office.clock.move(seconds=106)
        if message.attempts == 1:
            other.drain(5)

    office.put("r1", Topic.RELAY, Topic.RELAY)
    assert office.worker({Topic.RELAY: stall}).serve_portal("anna") == 1
    assert office.diary.tried == [("r1:1", 2), ("r1:2", 1)]
    assert row("r1:1").done_at == to_ms(office.clock())


def test_who_is_past_his_lease_begins_no_call_to_the_portal(office: Office) -> None:
    def stall_between_calls(message: Message) -> None:
        PortalLimiter(message.portal, office.clock).take()
        office.clock.move(seconds=45)
        PortalLimiter(message.portal, office.clock).take()
        office.diary(message)

    office.put("r1", Topic.RELAY)
    office.worker({Topic.RELAY: stall_between_calls}).serve_portal("anna")
    assert office.diary.done == []
    assert Sentence.read(row("r1:1").error).message.startswith("This step took too long")
    assert portal_row("anna").failures == 0
    PortalLimiter("anna", office.clock).take()


class Killed(BaseException): ...


def die(_message: Message) -> None:
    raise Killed


def test_a_crashed_worker_is_replaced_when_its_lease_ends(office: Office) -> None:
    office.put("r1", Topic.PORTAL_EVENT)
    with pytest.raises(Killed):
        office.worker({Topic.PORTAL_EVENT: die}).serve_portal("anna")
    office.worker().drain(5)
    assert office.diary.tried == []
    office.clock.move(seconds=45)
    office.worker().drain(5)
    assert office.diary.tried == [("r1:1", 2)]


def test_a_call_that_a_crash_left_in_the_portal_is_over_before_anybody_looks(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY)
    with pytest.raises(Killed):
        office.worker({Topic.RELAY: die}).serve_portal("anna")
    office.clock.move(seconds=45)
    office.worker().drain(5)
    assert office.diary.tried == [("r2:1", 1)]
    office.clock.move(seconds=60)
    office.worker().drain(5)
    assert office.diary.tried == [("r2:1", 1), ("r1:1", 2)]


def test_handlers_run_outside_of_transactions(office: Office) -> None:
    def write(_message: Message) -> None:
        assert not database.database.in_transaction()

    office.put("r1", Topic.RELAY, Topic.SEAL, Topic.INVITE)
    office.worker(dict.fromkeys(Topic, write)).drain(5)
    assert all(row(f"r1:{seq}").done_at for seq in (1, 2, 3))


def test_times_are_whole_numbers_in_every_table(office: Office) -> None:
    with database.reading():
        tables = database.database.get_tables()
        columns = [(name, column) for name in tables for column in database.database.get_columns(name)]
    assert not [(name, column.name) for name, column in columns if "REAL" in column.data_type.upper()]
    ours = {column.name: column.data_type for name, column in columns if name in ("outbox", "portal")}
    names = ("next_at", "done_at", "dead_at", "lease_until", "hint_at", "pause_until", "mail_pause_until", "tokens_at")
    assert {ours[name].upper() for name in names} <= {"BIGINT", "INTEGER"}


def test_what_is_due_is_told_oldest_first(office: Office) -> None:
    office.put("r1", Topic.RELAY, portal="vera")
    office.clock.move(seconds=1)
    office.put("r2", Topic.RELAY)
    with database.reading():
        assert outbox.due_portals(office.clock()) == ["vera", "anna"]
        assert outbox.due_portals(office.clock() - timedelta(seconds=1)) == ["vera"]
