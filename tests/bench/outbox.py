"""What the outbox does in a second: effects, one busy portal beside a quiet one, a hundred busy portals at their rate.

The worker is a process of its own (outbox_worker.py) over a database file or a PostgreSQL database. Portals are a
process too (slow_portal.py): every call is real HTTP through the application's own client and takes 50 ms there.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import requests

from b24app.clock import to_ms, utc_now
from b24app.domain.events import Topic
from b24app.outbox.queue import Hints
from b24app.outbox.rate import MILLI_PER_10_MS
from b24app.store import database, outbox, portals
from b24app.store.tables import OutboxMessage, Portal
from tests.portal_room import open_room

EFFECTS, PORTALS = 3_000, 20
MANY, FEW = 10_000, 10
BUSY, BUSY_S, WARM_UP_S = 100, 30.0, 10.0
RATE = MILLI_PER_10_MS / 10
PATIENCE_S = 120
LIFE = timedelta(hours=1)


class Busy(NamedTuple):
    """Calls a second that 100 portals see together, and what their rate allows."""

    calls_per_s: float
    allowed_per_s: float

    @property
    def share(self) -> float:
        return self.calls_per_s / self.allowed_per_s


def effects_per_s(url: str, directory: Path) -> float:
    """Effects of several portals done in a second by one process, without a rate limit and without a call."""
    _lay_out(url, directory, [f"p{number}" for number in range(PORTALS)], EFFECTS // PORTALS, Topic.INVITE)
    with _worker(url, directory, "nothing"):
        _until(lambda: _open(url) < EFFECTS)
        begun, left = time.perf_counter(), _open(url)
        _until(lambda: _open(url) == 0)
        return left / (time.perf_counter() - begun)


def wait_of_quiet_portal_s(url: str, directory: Path) -> float:
    """Seconds until a portal with ten effects is done whose neighbour has ten thousand, both hinted at once."""
    _lay_out(url, directory, ["busy"], MANY, Topic.INVITE)
    _lay_out(url, directory, ["quiet"], FEW, Topic.INVITE)
    with _worker(url, directory, "nothing"):
        _until(lambda: _open(url, "busy") < MANY)
        begun = time.perf_counter()
        _until(lambda: _open(url, "quiet") == 0)
        return time.perf_counter() - begun


def busy_portals(url: str, directory: Path) -> Busy:
    """Watch the calls of one worker, once it has started, to a hundred portals that always have work.

    A portal is served when its bucket has gathered some tokens, so that calls come in bursts: what counts is how
    steeply their number rises over all that time, not where in a burst it happens to be read.
    """
    with _process("slow_portal") as portal:
        address = str(portal.stdout.readline()).strip()  # type: ignore[union-attr]
        names = [f"p{number}" for number in range(BUSY)]
        _lay_out(url, directory, names, int((BUSY_S + WARM_UP_S) * RATE * 1.5), Topic.RELAY, f"{address}/rest/")
        with _worker(url, directory, "call"):
            _until(lambda: _calls(address) > 0)
            threading.Event().wait(WARM_UP_S)
            seen = list(_watched(address))
    times, counts = zip(*seen, strict=True)
    return Busy(statistics.linear_regression(times, counts).slope, RATE * BUSY)


def _watched(address: str) -> Iterator[tuple[float, int]]:
    """Yield moment and number of calls, again and again for as long as is measured."""
    end = time.perf_counter() + BUSY_S
    while time.perf_counter() < end:
        yield time.perf_counter(), _calls(address)
        threading.Event().wait(0.2)


def _lay_out(url: str, directory: Path, names: list[str], count: int, topic: Topic, endpoint: str = "") -> None:
    """Give each portal so many messages, each of a request of its own, and an empty bucket."""
    ctx = open_room(directory, database_url=url, queue_url=_queue(url, directory))
    now = utc_now()
    with database.writing():
        for name in names:
            Portal.create(
                member_id=name, client_id="app", domain=name, client_endpoint=endpoint, installed_at=0, tokens_milli=0,
                tokens_at=to_ms(now),
            )  # fmt: skip
            portals.save_token(
                name, 1, access=ctx.vault.lock("at"), refresh=ctx.vault.lock("rt"), expires_at=to_ms(now + LIFE)
            )
            rows = [_row(name, f"{name}-{number}", topic, to_ms(now)) for number in range(count)]
            for start in range(0, count, 500):
                OutboxMessage.insert_many(rows[start : start + 500]).execute()
    hints = Hints(_queue(url, directory), utc_now)
    for name in names:
        hints.hint(name)


def _row(portal: str, request: str, topic: Topic, now_ms: int) -> dict[str, object]:
    return {
        "portal": portal, "request": request, "seq": 1, "key": f"{request}:1", "topic": topic.value,
        "lane": outbox.LANES[topic], "payload": {}, "next_at": now_ms,
    }  # fmt: skip


def _queue(url: str, directory: Path) -> str:
    return url if url.startswith("postgresql") else f"sqlite:///{directory / 'queue.db'}"


def _open(url: str, portal: str = "") -> int:
    with database.reading():
        undone = OutboxMessage.select().where(OutboxMessage.done_at.is_null())
        return int((undone.where(OutboxMessage.portal == portal) if portal else undone).count())


def _calls(address: str) -> int:
    return int(requests.get(f"{address}/count", timeout=10).text)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("the worker does not get on")
        threading.Event().wait(0.02)


@contextmanager
def _worker(url: str, directory: Path, role: str) -> Iterator[None]:
    settings = {"database_url": url, "queue_url": _queue(url, directory), "data_dir": str(directory)}
    with _process("outbox_worker", role, json.dumps(settings)):
        yield


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
