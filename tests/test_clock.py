"""The clock: shared with other machines, a jump is noticed and waited out; nothing else reads the time."""

from __future__ import annotations

import ast

import pytest

from b24app import ROOT
from b24app.clock import ServerClock, WatchedClock, steady_since_ms, to_ms, trusted, utc_now
from tests.hand_clocks import HandClocks

HOUR_MS = 3_600_000
READERS = {"time.time", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.utcnow", "date.today"}


@pytest.fixture
def clocks() -> HandClocks:
    return HandClocks()


def test_readings_are_the_wall_clocks_own(clocks):
    clock = WatchedClock(clocks.wall, clocks.monotonic)
    clocks.jump(hours=1)
    assert clock() == clocks.wall()


@pytest.mark.parametrize("hours", [1, -1])
def test_after_a_jump_the_time_is_not_believed_for_ten_minutes(clocks, hours):
    lines = []
    clock = WatchedClock(clocks.wall, clocks.monotonic, lambda event, **about: lines.append({"event": event, **about}))
    clocks.jump(hours=hours)
    assert clock.trusted() is None
    clocks.go(minutes=9, seconds=59)
    assert clock.trusted() is None
    clocks.go(seconds=1)
    assert clock.trusted() == clocks.wall()
    assert [(line["event"], line.get("by_s")) for line in lines] == [
        ("clock_jumped", 3600.0 * hours),
        ("clock_trusted_again", None),
    ]


def test_a_clock_that_is_back_is_believed_at_once(clocks):
    clock = WatchedClock(clocks.wall, clocks.monotonic)
    clocks.jump(hours=1)
    assert clock.trusted() is None
    clocks.go(minutes=2)
    clocks.jump(hours=-1)
    assert clock.trusted() == clocks.wall()


def test_a_second_jump_to_another_wrong_time_begins_the_wait_anew(clocks):
    clock = WatchedClock(clocks.wall, clocks.monotonic)
    clocks.jump(hours=1)
    clock()
    clocks.go(minutes=9)
    clocks.jump(hours=1)
    clock()
    clocks.go(minutes=9)
    assert clock.trusted() is None
    clocks.go(minutes=1)
    assert clock.trusted() is not None


def test_what_every_clock_does_is_no_jump(clocks):
    clock = WatchedClock(clocks.wall, clocks.monotonic)
    for _ in range(100):
        clocks.go(minutes=5)
        clocks.jump(seconds=0.2)  # slewed by a time server
        assert clock.trusted() == clocks.wall()
    clocks.jump(seconds=29)
    assert clock.trusted() == clocks.wall()


def test_it_is_known_since_when_the_clock_runs_evenly(clocks):
    clock = WatchedClock(clocks.wall, clocks.monotonic)
    assert steady_since_ms(clock) == to_ms(clocks.wall())
    clocks.go(hours=5)
    clocks.jump(seconds=5)
    clock()
    jumped_at = clocks.wall()
    clocks.go(hours=5)
    clock()
    assert steady_since_ms(clock) == to_ms(jumped_at)


def test_a_plain_clock_is_always_believed(clocks):
    assert trusted(clocks.wall) == clocks.wall()
    assert steady_since_ms(clocks.wall) == 0


def test_nothing_else_reads_the_time():
    """The sandbox is the outside world and keeps its own."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [*ROOT.glob("b24app/**/*.py"), *ROOT.glob("placement_handlers/*.py")]
        if "sandbox" not in path.parts and path.name != "clock.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and f"{getattr(node.value, 'id', '')}.{node.attr}" in READERS
    ]
    assert found == []


def test_the_servers_time_counts_and_not_this_machines():
    there = to_ms(utc_now()) + HOUR_MS
    assert abs(to_ms(ServerClock(lambda: there)()) - there) < 2_000


def test_a_server_that_does_not_answer_leaves_the_time_going_on():
    clock = ServerClock(lambda: None)
    assert clock() <= clock()
    assert abs(to_ms(clock()) - to_ms(utc_now())) < 2_000


def test_the_server_is_asked_once_and_not_at_every_look():
    asked: list[int] = []

    def answer() -> int:
        asked.append(1)
        return HOUR_MS

    clock = ServerClock(answer)
    for _ in range(100):
        clock()
    assert len(asked) == 1
