"""Several worker processes at once: killed at random, hinted at tenfold, their queue emptied, their rate counted.

They are forked from a server that has imported everything, so that fifty of them start in a few seconds.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from b24app.domain.events import Topic
from b24app.outbox.queue import Hints
from b24app.store import database, outbox
from tests.shifted_clock import ShiftedClock

from .one_process import play
from .test_hints import until
from .test_kill import effects, in_order_and_complete, place, recover, send_request
from .test_rate import within_limit

__all__ = ["place"]

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.outbox.one_process"])
KILLS = 50


def begin(place: Path) -> ForkServerProcess:
    process = forks.Process(target=play, args=(place, "work"), daemon=True)
    process.start()
    return process


@contextmanager
def at_work(place: Path, number: int) -> Iterator[list[ForkServerProcess]]:
    """So many workers; those that are in the list at the end are ended."""
    processes = [begin(place) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.join()


def hints(place: Path) -> Hints:
    return Hints((place / "queue").read_text(), ShiftedClock(place))


def put(place: Path, portal: str, request: str, *topics: Topic) -> None:
    with database.writing():
        for seq, topic in enumerate(topics, 1):
            outbox.enqueue(portal, request, seq, topic, {}, ShiftedClock(place)())


def test_fifty_random_kills_lose_nothing_and_keep_the_order(place: Path) -> None:
    dice = random.Random(50)
    requests = [f"r{number:02}" for number in range(KILLS)]
    with at_work(place, 3) as processes:
        for request in requests:
            send_request(place, request, dice.choice(["anna", "vera"]))
            threading.Event().wait(dice.uniform(0, 0.06))
            victim = dice.choice(processes)
            victim.kill()
            victim.join()
            ShiftedClock(place).move(200)
            processes[processes.index(victim)] = begin(place)
    recover(place)
    assert all(in_order_and_complete(place, request) for request in requests)
    assert len(effects(place)) - 3 * KILLS <= 2 * KILLS


def test_every_hint_tenfold_over_four_processes_causes_no_extra_call(place: Path) -> None:
    wanted = [(portal, f"{portal[0]}{number}") for portal in ("anna", "vera") for number in range(10)]
    for portal, request in wanted:
        put(place, portal, request, Topic.INVITE, Topic.INVITE)
    tenfold = [portal for portal, _ in wanted] * 10
    random.Random(7).shuffle(tenfold)
    queue = hints(place)
    for portal in tenfold:
        queue.hint(portal)
    with at_work(place, 4):
        until(lambda: queue.huey.pending_count() == 0 and len(effects(place)) >= 40, 30)
    assert sorted(effects(place)) == sorted((f"{request}:{seq}", 1) for _, request in wanted for seq in (1, 2))


def test_hints_deleted_in_the_middle_cost_no_more_than_a_sweep(place: Path) -> None:
    queue, requests = hints(place), [f"r{number:02}" for number in range(60)]
    with at_work(place, 2):
        for number, request in enumerate(requests):
            send_request(place, request, ("anna", "vera")[number % 2])
            if number % 20 == 10:
                queue.huey.flush()
        queue.huey.flush()
    recover(place)
    assert all(in_order_and_complete(place, request) for request in requests)


def test_four_processes_keep_one_portals_rate_and_three_hundred_hints_do_not_multiply(place: Path) -> None:
    for number in range(29):
        put(place, "anna", f"r{number:02}", Topic.RELAY, Topic.RELAY)
    queue = hints(place)
    for _ in range(300):
        queue.hint("anna")
    with at_work(place, 4):
        until(lambda: len(effects(place)) == 58, 30)
        until(lambda: queue.huey.pending_count() <= 1)
    times = [float(line.split()[3]) for line in (place / "effects").read_text().splitlines()]
    assert within_limit(times)
    assert times[-1] - times[0] >= 8 / 1.9 - 0.6
