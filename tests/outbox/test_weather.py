"""A database server that goes away and comes back while a worker is at work."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from b24app.clock import utc_now
from b24app.domain.events import Topic
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.worker import Worker
from b24app.store import database
from tests import databases

from .office import add_portal, open_database, put
from .test_hints import running, until

PAST_EVERY_LEASE = timedelta(minutes=4)


class LaterClock:
    """The real time, and what has been added to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def url(tmp_path: Path):
    with databases.fresh("postgresql", tmp_path) as address:
        open_database(address)
        add_portal("anna")
        yield address


def test_nothing_is_lost_when_the_server_restarts_in_the_middle_of_a_call(url: str) -> None:
    clock, called, begun, gate = LaterClock(), [], threading.Event(), threading.Event()

    def call(message: Message) -> None:
        called.append((message.key, message.attempts))
        begun.set()
        gate.wait(20)

    hints = Hints(url, clock)
    put(clock(), "anna", "r1", Topic.RELAY, Topic.RELAY, Topic.RELAY)
    hints.hint("anna")
    with running(Worker(dict.fromkeys(Topic, call), hints, clock, "w")):
        assert begun.wait(10)
        databases.allow(url, False)
        gate.set()
        database.close_all()
        threading.Event().wait(0.5)  # the worker finds nobody home
        databases.allow(url, True)
        clock.ahead = PAST_EVERY_LEASE
        until(lambda: len(called) == 4, timeout_s=30)
    assert called == [("r1:1", 1), ("r1:1", 2), ("r1:2", 1), ("r1:3", 1)]
