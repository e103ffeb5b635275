"""Huey carries hints: "portal P has work". They may be lost, doubled or reordered; the rows are the record."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from redis import RedisError

from b24app.clock import Clock, to_ms
from b24app.errors import N_, ConfigError
from b24app.store.database import writing
from b24app.store.prepared import Prepared, hole
from b24app.store.tables import Portal

SOON = timedelta(milliseconds=250)
POLL_S = 0.1
NAME = "paraph"
NAME_IN_TABLES = "huey"
GATHER_S = 0.05

log = structlog.get_logger()


class Hints:
    """Sends hints, and hands those that arrive to the worker that listens."""

    def __init__(self, url: str, now: Clock) -> None:
        self._now = now
        self.huey = _open(url)
        self._send = self.huey.task(name="portal_has_work")(lambda portal: self._serve(portal))
        self._serve: Callable[[str], object] = _nobody
        self.huey.storage.close()  # a web server forks: each process must open its own connection

    def hint(self, portal: str, at: datetime | None = None) -> None:
        """Say that a portal has work now or at a moment; call it after the commit.

        A later hint that would come after one already under way is left out, else n hints breed n hints. One that is
        due within a quarter of a second always goes: a hint that fires early must be able to call again.
        """
        if at is None or self.note(portal, at):
            self.send(portal, at)

    def note(self, portal: str, at: datetime) -> bool:
        """Write down that a hint will go, for those that come after; False when one under way will do."""
        if at - self._now() <= SOON:
            return True
        now_ms, at_ms = to_ms(self._now() + SOON), to_ms(at)
        with writing():
            return bool(_NOTE.change(portal=portal, at=at_ms, past=now_ms))

    def send(self, portal: str, at: datetime | None = None) -> None:
        """Send a hint that is noted, after the commit."""
        wait = at - self._now() if at is not None else timedelta()
        try:
            if wait > SOON:
                self._send.schedule((portal,), delay=wait.total_seconds())
            else:
                self._send(portal)
        except (OSError, RedisError, sqlite3.Error, psycopg.Error) as error:  # the sweep finds the work soon
            log.warning("hint_lost", portal=portal, error=type(error).__name__)

    def listen(self, serve: Callable[[str], object], each_minute: Callable[[], object]) -> None:
        """Name what is done on a hint and once a minute; for the worker's process."""
        self._serve = serve
        self.huey.periodic_task(crontab(minute="*"), name="each_minute")(lambda: each_minute())


def _note() -> Any:
    is_needed = (Portal.hint_at <= hole("past")) | (Portal.hint_at > hole("at"))
    return Portal.update(hint_at=hole("at")).where((Portal.member_id == hole("portal")) & is_needed)


_NOTE = Prepared(_note)


class HintsAside:
    """Hints for a web server: sent by a thread of its own, so that no answer waits for the queue's disk.

    The first one goes at once; what follows within a moment is gathered, and several for a portal are one. What a crash
    loses the sweep finds.
    """

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._waiting: set[str] = set()
        self._wake = threading.Condition()
        self._process = 0  # a fork has no threads: each process starts its own

    def hint(self, portal: str) -> None:
        with self._wake:
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._send, name="hints", daemon=True).start()
            self._waiting.add(portal)
            self._wake.notify()

    def _send(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._waiting))
                portals, self._waiting = self._waiting, set()
            for portal in portals:
                self._hints.hint(portal)
            time.sleep(GATHER_S)


class Runner(Consumer):
    """Huey's consumer inside our own process: it ends gracefully on SIGTERM and SIGINT and never restarts itself."""

    def __init__(self, huey: Huey, threads: int) -> None:
        super().__init__(huey, workers=threads, initial_delay=POLL_S, max_delay=POLL_S, backoff=1.0)

    def start(self) -> None:
        self._set_signal_handlers()  # before the threads: a signal that comes at once must not cut one off
        super().start()

    def _set_signal_handlers(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._handle_signal)

    def end(self) -> None:
        """Ask for what SIGTERM asks for, from another thread."""
        self._signum = int(signal.SIGTERM)

    def _handle_signal(self, signum: int, _frame: FrameType | None) -> None:
        self._signum = signum


def _open(url: str) -> Huey:
    """Choose Huey's storage by the address; results are never kept."""
    scheme = url.partition("://")[0]
    if scheme == "sqlite" and url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(path), results=False, fsync=False)
    if scheme in ("postgresql", "postgres"):
        return _on_postgresql(url)
    if scheme in ("redis", "rediss"):
        return RedisHuey(NAME, url=url, results=False)
    raise ConfigError(
        N_("PARAPH_QUEUE_URL must look like sqlite:///path, postgresql://host/name or redis://host:6379/0.")
    )


def _on_postgresql(url: str) -> PostgresHuey:
    """Open the queue's tables, made at the first start; of several processes that make them at once, all but one fail.

    PostgreSQL documents no protection from that race (CREATE TABLE IF NOT EXISTS); whoever lost finds them made.
    """
    try:
        return PostgresHuey(NAME, dsn=url, results=False, table_prefix=NAME_IN_TABLES)
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject):
        return _on_postgresql(url)


def _nobody(portal: str) -> None:
    log.warning("hint_without_worker", portal=portal)
