"""A small office around the outbox: a clock moved by hand, portals, messages, a handler that keeps a diary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from b24app.domain.events import Topic
from b24app.outbox import schedule
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.worker import Worker
from b24app.store import database, outbox
from b24app.store.migrate import migrate
from b24app.store.tables import OutboxMessage, Portal

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Diary:
    """A handler that writes down what it did; `troubles` are raised first, one an attempt."""

    now: Callable[[], datetime]
    done: list[str] = field(default_factory=list)
    tried: list[tuple[str, int]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    always: dict[str, Exception] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, message: Message) -> None:
        with self.lock:
            self.tried.append((message.key, message.attempts))
            self.times.append(self.now())
            waiting = self.troubles.get(message.key)
            if waiting:
                raise waiting.pop(0)
            if message.key in self.always:
                raise self.always[message.key]
            self.done.append(message.key)


def open_database(url: str) -> None:
    database.connect(url)
    migrate()


def queue_url(database_url: str, directory: Path) -> str:
    """The queue that goes with a database: the same server, or a file of its own."""
    return database_url if database_url.startswith("postgresql") else f"sqlite:///{directory / 'queue.db'}"


def add_portal(name: str, **values: object) -> None:
    fixed = {"client_id": "app", "domain": f"{name}.example", "client_endpoint": "", "installed_at": 0}
    with database.writing():
        Portal.create(member_id=name, **{**fixed, **values})


def portal_row(name: str) -> Portal:
    with database.reading():
        return Portal.get_by_id(name)


def row(key: str) -> OutboxMessage:
    with database.reading():
        return OutboxMessage.get(OutboxMessage.key == key)


def put(now: datetime, portal: str, request: str, *topics: Topic, signer: str = "", first: int = 1) -> None:
    """Enqueue messages for a request, numbered from `first`."""
    with database.writing():
        for seq, topic in enumerate(topics, first):
            outbox.enqueue(portal, request, seq, topic, {"signer_id": signer}, now)


@dataclass
class Office:
    """Everything a test needs, on one database file and one queue file."""

    directory: Path
    clock: HandClock
    diary: Diary
    hints: Hints
    queue: str
    buried: list[tuple[str, str]] = field(default_factory=list)

    def put(self, request: str, *topics: Topic, portal: str = "anna", signer: str = "", first: int = 1) -> None:
        put(self.clock(), portal, request, *topics, signer=signer, first=first)

    def worker(self, handlers: Mapping[Topic, Callable[[Message], None]] | None = None, **extra: object) -> Worker:
        everything = {**dict.fromkeys(Topic, self.diary), **(handlers or {})}
        options = {"jitter": lambda: 0.0, "on_dead": self.bury, **extra}
        return Worker(everything, self.hints, self.clock, "w", **options)

    def bury(self, message: Message, error: Exception) -> None:
        self.buried.append((message.key, type(error).__name__))

    def serve_until_idle(self, worker: Worker, hours: float = 24.0) -> None:
        """Move the clock from one due moment to the next until nothing is left, or the time is over."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            worker.drain(20)
            with database.reading():
                moments = [
                    schedule.wake_at(portal_row(name), schedule.times(name), self.clock())
                    for name in outbox.due_portals(end)
                ]
            if not any(moments):
                return
            self.clock.moment = max(self.clock(), min(moment for moment in moments if moment))
