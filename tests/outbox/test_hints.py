"""Rules 7 and 8, and the runner: hints may be lost, doubled, early; the rows are the record."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from b24app.clock import to_ms, utc_now
from b24app.domain.events import Topic
from b24app.errors import ConfigError, MailError
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.worker import Worker
from tests import databases

from .office import Diary, Office, portal_row, put


def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.005)


@contextmanager
def running(worker: Worker) -> Iterator[None]:
    thread = threading.Thread(target=worker.run_forever)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def hints(office: Office) -> Hints:
    """Hints that keep the real time, for a runner that does so too."""
    return Hints(office.queue, utc_now)


def worker(hints: Hints, handler: Callable[[Message], None], **extra: object) -> Worker:
    return Worker(dict.fromkeys(Topic, handler), hints, utc_now, "w", **extra)  # type: ignore[arg-type]


def waiting(office: Office) -> tuple[int, int]:
    """Count the hints for now and those for later."""
    tasks = office.hints.huey.pending()
    later = [task for task in tasks if task.eta]
    return len(tasks) - len(later), len(later)


def test_only_the_earliest_of_future_hints_is_kept(office: Office) -> None:
    later = office.clock() + timedelta(seconds=30)
    for _ in range(100):
        office.hints.hint("anna", later)
    assert waiting(office) == (0, 1)
    office.hints.hint("anna", later + timedelta(seconds=5))
    assert waiting(office) == (0, 1)
    office.hints.hint("anna", later - timedelta(seconds=5))
    assert waiting(office) == (0, 2)


def test_hints_of_another_portal_are_its_own(office: Office) -> None:
    for name in ("anna", "vera"):
        office.hints.hint(name, office.clock() + timedelta(seconds=30))
    assert waiting(office) == (0, 2)


def test_a_hint_for_now_always_goes(office: Office) -> None:
    office.hints.hint("anna", office.clock() + timedelta(seconds=30))
    for _ in range(3):
        office.hints.hint("anna")
        office.hints.hint("anna", office.clock() + timedelta(milliseconds=200))
    assert waiting(office) == (6, 1)


def test_a_hint_that_fires_early_can_call_again(office: Office) -> None:
    due = office.clock() + timedelta(seconds=2)
    office.put("r1", Topic.INVITE)
    office.diary.troubles["r1:1"] = [MailError("Later.", code="deferred")]
    office.worker().serve_portal("anna")
    assert portal_row("anna").hint_at == to_ms(due)
    office.hints.huey.flush()
    office.clock.move(seconds=1.9)
    office.worker().serve_portal("anna")
    assert waiting(office) == (1, 0)


def test_a_lost_queue_is_repaired_by_the_sweep(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.hints.hint("anna")
    office.hints.huey.flush()
    office.worker().sweep()
    assert waiting(office) == (1, 0)


def test_the_sweep_waits_for_a_lease_and_a_pause(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY, portal="vera")
    for name, column in (("anna", "lease_until"), ("vera", "pause_until")):
        found = portal_row(name)
        setattr(found, column, to_ms(office.clock()) + 40_000)
        found.save()
    office.worker().sweep()
    assert waiting(office) == (0, 2)
    assert portal_row("anna").hint_at == portal_row("vera").hint_at == to_ms(office.clock()) + 40_000


def test_the_sweep_leaves_portals_without_work_alone(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    worker = office.worker()
    worker.drain(5)
    office.hints.huey.flush()
    worker.each_minute()
    assert waiting(office) == (0, 0)


def test_a_hint_for_nothing_writes_nothing(office: Office) -> None:
    before = portal_row("anna").__data__
    assert office.worker().serve_portal("anna") == 0
    assert office.worker().serve_portal("nobody") == 0
    assert portal_row("anna").__data__ == before


def test_a_queue_that_is_gone_does_not_fail_the_caller(office: Office, tmp_path: Path) -> None:
    hints = Hints(f"sqlite:///{tmp_path / 'gone' / 'queue.db'}", office.clock)
    for path in (tmp_path / "gone").iterdir():
        path.unlink()
    (tmp_path / "gone").rmdir()
    hints.hint("anna")


def test_hints_travel_through_redis_and_a_flushed_one_loses_no_work(office: Office) -> None:
    called: list[str] = []
    hints = Hints(databases.redis_url(), utc_now)
    hints.huey.flush()
    put(utc_now(), "anna", "r1", Topic.INVITE)
    hints.hint("anna")
    hints.huey.flush()
    with running(worker(hints, lambda message: called.append(message.key))):
        until(lambda: called == ["r1:1"])
        put(utc_now(), "vera", "r2", Topic.INVITE)
        hints.hint("vera")
        until(lambda: called == ["r1:1", "r2:1"])


def test_a_redis_that_is_gone_does_not_fail_the_caller(office: Office) -> None:
    Hints("redis://127.0.0.1:9/0", office.clock).hint("anna")


def test_an_address_that_is_no_queue_is_refused(office: Office) -> None:
    with pytest.raises(ConfigError, match="PARAPH_QUEUE_URL"):
        Hints("amqp://localhost", office.clock)


def test_ten_hints_for_each_change_in_any_order_cause_no_extra_call(office: Office, hints: Hints) -> None:
    diary = Diary(utc_now)
    wanted = [("anna", f"a{n}") for n in range(10)] + [("vera", f"v{n}") for n in range(10)]
    for portal, request in wanted:
        put(utc_now(), portal, request, Topic.INVITE, Topic.INVITE)
    tenfold = [portal for portal, _ in wanted] * 10
    random.Random(7).shuffle(tenfold)
    for portal in tenfold:
        hints.hint(portal)
    with running(worker(hints, diary)):
        until(lambda: hints.huey.pending_count() == 0 and len(diary.done) >= 40)
    assert sorted(diary.tried) == sorted((f"{request}:{seq}", 1) for _, request in wanted for seq in (1, 2))


def test_a_hint_after_the_commit_wakes_the_worker_at_once(office: Office, hints: Hints) -> None:
    called = threading.Event()
    with running(worker(hints, lambda _: called.set())):
        put(utc_now(), "anna", "r1", Topic.RELAY)
        hints.hint("anna")
        assert called.wait(10)


def test_time_itself_causes_work_once_a_minute(office: Office, hints: Hints) -> None:
    called = threading.Event()
    with running(worker(hints, print, due=called.set)):
        assert called.wait(15)


def test_a_small_portal_does_not_wait_for_a_big_one(office: Office, hints: Hints) -> None:
    finished: dict[str, float] = {}
    begun, pause = time.monotonic(), threading.Event()

    def write(message: Message) -> None:
        pause.wait(0.004)
        finished[message.key] = time.monotonic() - begun

    for number in range(100):
        put(utc_now(), "anna", f"a{number}", Topic.INVITE, Topic.INVITE, Topic.INVITE)
        hints.hint("anna")
    for number in range(10):
        put(utc_now(), "vera", f"v{number}", Topic.INVITE)
    hints.hint("vera")
    begun = time.monotonic()
    with running(worker(hints, write)):
        until(lambda: len(finished) == 310)
    small = max(at for key, at in finished.items() if key.startswith("v"))
    assert small < 5.0
    assert small < max(finished.values())
