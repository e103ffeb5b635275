"""The clock that several machines share."""

from __future__ import annotations

from b24app.clock import ServerClock, to_ms, utc_now

HOUR_MS = 3_600_000


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
