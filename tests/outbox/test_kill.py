"""kill -9 at every point: nothing lost, order held, duplicates only where the second one knew that it was one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from b24app.outbox.queue import Hints
from b24app.store import database, outbox
from tests.shifted_clock import ShiftedClock

from .office import add_portal, open_database, queue_url
from .one_process import Effects, make_worker, send
from .test_hints import until

SCRIPT = Path(__file__).with_name("one_process.py")
AFTER_THE_SEND = ["after_pop", "after_claim", "after_call", "after_done", "after_release"]


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Path:
    open_database(database_url)
    (tmp_path / "database").write_text(database_url)
    (tmp_path / "queue").write_text(queue_url(database_url, tmp_path))
    (tmp_path / "effects").touch()
    add_portal("anna")
    add_portal("vera")
    return tmp_path


def start(place: Path, role: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(SCRIPT), str(place), role], stdout=subprocess.DEVNULL)


def run_to_death(place: Path, role: str) -> None:
    assert start(place, role).wait(20) == -signal.SIGKILL


def send_request(place: Path, request: str, portal: str = "anna") -> None:
    with database.writing():
        send(place, portal, request)
    Hints((place / "queue").read_text(), ShiftedClock(place)).hint(portal)


def recover(place: Path) -> None:
    """Start anew after every lease has ended, with the queue as the crash left it or gone altogether."""
    ShiftedClock(place).move(200)
    worker = make_worker(place, Effects(place))
    worker.sweep()
    worker.drain(10)


def effects(place: Path) -> list[tuple[str, int]]:
    lines = (place / "effects").read_text().splitlines()
    return [(line.split()[0], int(line.split()[1])) for line in lines]


def in_order_and_complete(place: Path, request: str, count: int = 3) -> bool:
    """First deliveries come in order, none is missing, and no two take themselves for the same attempt.

    A clock that is moved ends the lease of whoever is at work as well: his effect may come after his successor's.
    """
    mine = [(key, attempts) for key, attempts in effects(place) if key.startswith(f"{request}:")]
    first = list(dict.fromkeys(key for key, _ in mine))
    return first == [f"{request}:{seq}" for seq in range(1, count + 1)] and len(set(mine)) == len(mine)


def test_killed_before_the_commit_nothing_has_happened(place: Path) -> None:
    run_to_death(place, "before_commit")
    recover(place)
    assert effects(place) == []


def test_killed_between_commit_and_hint_everything_arrives(place: Path) -> None:
    run_to_death(place, "after_commit")
    recover(place)
    assert effects(place) == [("r1:1", 1), ("r1:2", 1), ("r1:3", 1)]


@pytest.mark.parametrize("role", AFTER_THE_SEND)
def test_killed_at_work_everything_arrives_in_order(place: Path, role: str) -> None:
    send_request(place, "r1")
    run_to_death(place, role)
    recover(place)
    assert in_order_and_complete(place, "r1")
    assert len(effects(place)) == (4 if role == "after_call" else 3)


def test_a_call_that_was_in_flight_is_repeated_as_a_second_attempt(place: Path) -> None:
    send_request(place, "r1")
    run_to_death(place, "after_call")
    recover(place)
    assert effects(place)[:2] == [("r1:1", 1), ("r1:1", 2)]


def test_a_stopped_worker_that_wakes_after_its_lease_sends_nothing_more(place: Path) -> None:
    send_request(place, "r1")
    process = start(place, "stall")
    until(lambda: len(effects(place)) == 1)
    os.kill(process.pid, signal.SIGSTOP)
    recover(place)
    (place / "go").touch()
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait(10) == 0
    assert effects(place) == [("r1:1", 1), ("r1:1", 2), ("r1:2", 1), ("r1:3", 1)]


def test_sigterm_ends_a_worker_after_what_it_has_begun(place: Path) -> None:
    process = start(place, "work")
    send_request(place, "r1")
    until(lambda: len(effects(place)) > 0)
    process.terminate()
    assert process.wait(10) == 0
    with database.reading():
        done = [row.key for row in outbox.OutboxMessage.select() if row.done_at]
    assert done == [key for key, _ in effects(place)]
