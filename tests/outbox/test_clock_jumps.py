"""A clock that was put back stops nothing for longer than a sweep; one that was put forward gives nothing away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from b24app.clock import Clock, WatchedClock, to_ms
from b24app.domain.events import Topic
from b24app.errors import BitrixError, MailError
from b24app.outbox import rate, repair
from b24app.outbox.backoff import delay_s, longest_s
from b24app.outbox.connection_rate import ConnectionLimiter
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.rate import PortalLimiter
from b24app.outbox.worker import Worker
from b24app.store import connections, database, outbox
from b24app.store.tables import FileSweep, Handover, OutboxMessage, Portal
from tests.hand_clocks import HandClocks

from .office import Diary, Office, portal_row, put, row
from .test_rate import within_limit

HOUR_MS = 3_600_000


@pytest.fixture
def clocks() -> HandClocks:
    return HandClocks()


@pytest.fixture
def watched(clocks: HandClocks) -> WatchedClock:
    return WatchedClock(clocks.wall, clocks.monotonic)


@pytest.fixture
def diary(clocks: HandClocks) -> Diary:
    return Diary(clocks.wall)


def worker(office: Office, clock: WatchedClock, diary: Diary, **extra: object) -> Worker:
    options = {"jitter": lambda: 0.0, **extra}
    return Worker(dict.fromkeys(Topic, diary), office.hints, clock, "w", **options)  # type: ignore[arg-type]


def a_minute_passes(clocks: HandClocks, worker: Worker) -> None:
    clocks.go(minutes=1)
    worker.each_minute()
    worker.drain(10)


# -- put back -------------------------------------------------------------------------------------------------------


def test_an_hour_back_what_is_queued_paused_and_put_off_goes_on_with_the_next_sweep(office, clocks, watched, diary):
    serving = worker(office, watched, diary)
    put(watched(), "anna", "failed", Topic.RELAY)
    put(watched(), "vera", "bounced", Topic.INVITE)
    diary.troubles = {
        "failed:1": [BitrixError("Down.", code="connection")],
        "bounced:1": [MailError("Down.", code="connection")],
    }
    serving.drain(10)
    put(watched(), "anna", "queued", Topic.RELAY, Topic.INVITE)
    assert portal_row("anna").pause_until > 0 < portal_row("vera").mail_pause_until
    clocks.jump(hours=-1)
    assert serving.drain(10) == 0
    serving.each_minute()
    serving.drain(10)
    assert sorted(diary.done) == ["bounced:1", "failed:1", "queued:1", "queued:2"]


def test_an_hour_back_the_lease_of_a_worker_that_died_ends_like_any_other(office, clocks, watched, diary):
    class Killed(BaseException): ...

    def die(_message: Message) -> None:
        raise Killed

    put(watched(), "anna", "r1", Topic.SEAL)
    with pytest.raises(Killed):
        Worker(dict.fromkeys(Topic, die), office.hints, watched, "dying").serve_portal("anna")
    clocks.jump(hours=-1)
    serving = worker(office, watched, diary)
    serving.each_minute()
    assert portal_row("anna").lease_until == to_ms(watched()) + 120_000
    a_minute_passes(clocks, serving)
    assert diary.done == []
    a_minute_passes(clocks, serving)
    assert diary.tried == [("r1:1", 2)]


def test_an_hour_back_whoever_is_at_work_finishes_and_leaves_the_portal_to_others(office, clocks, watched, diary):
    def put_back(message: Message) -> None:
        if message.key == "r0:1":
            clocks.jump(hours=-1)
        clocks.go(seconds=0.4)
        diary(message)

    for number in range(5):
        put(watched() - timedelta(hours=2), "anna", f"r{number}", Topic.RELAY)
    assert Worker(dict.fromkeys(Topic, put_back), office.hints, watched, "w").serve_portal("anna") == 1
    assert (portal_row("anna").lease_by, diary.done) == ("", ["r0:1"])
    a_minute_passes(clocks, worker(office, watched, diary))
    assert sorted(diary.done) == [f"r{number}:1" for number in range(5)]


def test_an_hour_back_the_bucket_keeps_what_was_in_it_and_fills_again(office, clocks, watched):
    for _ in range(50):
        rate.take("anna", watched())
    clocks.jump(hours=-1)
    repair.pull_back(watched())
    assert rate.take("anna", watched()) == 527
    clocks.go(seconds=0.527)
    assert rate.take("anna", watched()) == 0


def test_an_hour_back_a_later_hint_is_no_longer_held_up_by_an_impossible_one(office, clocks):
    hints = Hints(f"sqlite:///{office.directory / 'jumping.db'}", clocks.wall)
    clocks.jump(hours=2)
    hints.hint("anna", clocks.wall() + timedelta(seconds=30))
    clocks.jump(hours=-2)
    repair.pull_back(clocks.wall())
    assert portal_row("anna").hint_at == 0


def test_a_year_back_looks_at_providers_and_the_search_for_files_go_on(office, clocks):
    now_ms = to_ms(clocks.wall())
    with database.writing():
        Handover.create(request="r1", portal="anna", connection="c1", our_ref="ours", next_look_at=now_ms + HOUR_MS)
        FileSweep.create(id=1, owner="us", due_at=now_ms + 24 * HOUR_MS)
    assert repair.pull_back(clocks.wall()) == 0
    clocks.jump(days=-365)
    assert repair.pull_back(clocks.wall()) == 2
    assert Handover.get_by_id("r1").next_look_at == FileSweep.get_by_id(1).due_at == to_ms(clocks.wall())


@pytest.mark.parametrize("attempts", range(15))
def test_a_message_waits_as_long_as_its_attempts_allow_and_no_longer(office, attempts):
    now_ms, longest_ms = to_ms(office.clock()), int(longest_s(attempts) * 1000) if attempts else 65_000
    for name, ahead_ms in (("right", longest_ms), ("wrong", longest_ms + 1)):
        office.put(name, Topic.RELAY)
        with database.writing():
            changed = {"attempts": attempts, "next_at": now_ms + ahead_ms}
            OutboxMessage.update(**changed).where(OutboxMessage.key == f"{name}:1").execute()
    assert repair.pull_back(office.clock()) == 1
    assert (row("right:1").next_at, row("wrong:1").next_at) == (now_ms + longest_ms, now_ms)


@pytest.mark.parametrize("attempts", range(1, 30))
def test_no_wait_of_ours_is_taken_for_a_wrong_one(attempts):
    assert delay_s(attempts, lambda: 0.0) <= longest_s(attempts) <= 3600


def test_what_another_side_asks_for_is_bounded(office):
    office.put("r1", Topic.RELAY)
    office.diary.always["r1:1"] = BitrixError("Later.", code="operation_time_limit", retry_after_s=90_000)
    office.worker().drain(5)
    assert row("r1:1").next_at == portal_row("anna").pause_until == to_ms(office.clock()) + 600_000


def test_times_that_are_right_stay_as_they_are(office):
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.INVITE, portal="vera")
    office.diary.always = {
        "r1:1": BitrixError("Busy.", code="overload_limit", retry_after_s=600),
        "r2:1": MailError("Down.", code="connection"),
    }
    office.worker().drain(5)
    with database.writing():
        soon = {"lease_until": to_ms(office.clock()) + 120_000, "hint_at": to_ms(office.clock()) + HOUR_MS}
        Portal.update(**soon).execute()
    with capture_logs() as lines:
        assert repair.pull_back(office.clock()) == 0
    assert lines == []


def test_a_clock_that_was_an_hour_ahead_for_a_while_leaves_nothing_waiting(office, clocks, watched, diary):
    clocks.jump(hours=1)
    serving = worker(office, watched, diary)
    for number in range(60):
        put(watched(), "anna", f"r{number}", Topic.RELAY)
    diary.troubles = {
        f"r{number}:1": [BitrixError("Busy.", code="query_limit_exceeded", retry_after_s=2)] for number in (3, 9)
    }
    serving.drain(10)
    clocks.jump(hours=-1)
    for _ in range(4):
        a_minute_passes(clocks, serving)
    assert len(diary.done) == 60


# -- put forward ----------------------------------------------------------------------------------------------------


@pytest.fixture
def calls(clocks: HandClocks) -> Iterator[list[float]]:
    """When calls really went out, by the clock that does not jump."""
    made: list[float] = []
    yield made
    assert within_limit(made)


@pytest.mark.parametrize("hours", [1, -1])
def test_real_calls_keep_to_the_rate_when_the_clock_jumps(office, clocks, watched, calls, hours):
    def call(message: Message) -> None:
        calls.append(clocks.ticks_s)

    for number in range(120):
        put(watched(), "anna", f"r{number}", Topic.RELAY)
    serving = worker(office, watched, call)  # type: ignore[arg-type]
    serving.drain(10)
    assert len(calls) == 50
    clocks.jump(hours=hours)
    serving.sweep()
    for _ in range(25):
        serving.sweep()
        serving.drain(10)
        clocks.go(seconds=2)
    assert len(calls) == 120


def test_an_hour_forward_fills_no_bucket_of_a_process_that_did_not_take_from_it(office, clocks, calls):
    here, there = (WatchedClock(clocks.wall, clocks.monotonic) for _ in range(2))
    for _ in range(50):
        PortalLimiter("anna", here).take()
        calls.append(clocks.ticks_s)
    clocks.jump(hours=1)
    for _ in range(20):
        PortalLimiter("anna", there, lambda seconds: clocks.go(seconds=seconds)).take()
        calls.append(clocks.ticks_s)
    assert clocks.ticks_s == pytest.approx(20 / 1.9, rel=0.01)


@pytest.fixture
def account(office: Office) -> Callable[[Clock], ConnectionLimiter]:
    """Sixty calls a minute of one account at a signing service, twelve of them at once."""
    with database.writing():
        connections.insert(
            "anna", id="c1", provider="example", name="x", secrets="", webhook_hash="h", webhook_secret="", created_at=0
        )
    return lambda clock: ConnectionLimiter("c1", 60, 15, clock)


@pytest.mark.parametrize(("hours", "waits_s"), [(1, 5 / 4), (-1, 3600 + 5 / 4)])
def test_an_account_at_a_signing_service_gets_no_calls_for_a_jump(clocks, watched, account, hours, waits_s):
    for _ in range(12):
        account(watched).take()
    clocks.jump(hours=hours)
    assert account(watched)._take(1000) / 1000 == pytest.approx(waits_s)
    repair.pull_back(watched())
    assert account(watched)._take(1000) / 1000 == pytest.approx(5 / 4)


def test_a_process_that_starts_after_the_jump_gives_nothing_away_either(office, clocks, calls):
    first = WatchedClock(clocks.wall, clocks.monotonic)
    for _ in range(50):
        assert rate.take("anna", first()) == 0
        calls.append(clocks.ticks_s)
    clocks.jump(hours=1)
    late = WatchedClock(clocks.wall, clocks.monotonic)
    assert rate.take("anna", late(), to_ms(late.steady_since)) == 527


def test_an_hour_forward_done_messages_are_not_forgotten_early(office, clocks, watched, diary):
    serving = worker(office, watched, diary)
    put(watched(), "anna", "r1", Topic.RELAY)
    serving.drain(5)
    clocks.jump(days=40, hours=-8, minutes=-43)  # to 03:17, when what is old is removed
    serving.each_minute()
    with database.reading():
        assert outbox.OutboxMessage.select().count() == 1


def test_nothing_that_time_causes_happens_while_the_clock_is_not_believed(office, clocks, watched, diary):
    due: list[object] = []
    serving = worker(office, watched, diary, due=lambda: due.append(watched.trusted()))
    clocks.jump(hours=1)
    put(watched(), "anna", "r1", Topic.RELAY)
    serving.each_minute()
    serving.drain(5)
    assert (due, diary.done) == ([None], ["r1:1"])
