"""One database a process, bound late; write transactions that do not starve each other on SQLite.

Facts: SQLite's own busy handler starved a web writer for over a second; an flock around write transactions kept the
95th percentile at 14 ms. Never hold a write transaction across HTTP.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peewee import DatabaseProxy, SqliteDatabase
from playhouse.db_url import connect as connect_url

from b24app.errors import ConfigError

database: Any = DatabaseProxy()

_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 10_000}
_local = threading.local()
_lock_path: Path | None = None


def connect(url: str) -> None:
    """Bind the process to a database: `sqlite:///path` or `postgresql://...`.

    Raises: ConfigError when the address cannot be understood.
    """
    global _lock_path
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        database.initialize(SqliteDatabase(str(path), pragmas=_PRAGMAS))
        _lock_path = path.with_suffix(".lock")
        return
    _lock_path = None
    try:
        database.initialize(connect_url(url))
    except (RuntimeError, ImportError) as error:
        raise ConfigError("PARAPH_DATABASE_URL is not understood: use sqlite:///path or postgresql://...") from error


def is_sqlite() -> bool:
    return isinstance(database.obj, SqliteDatabase)


@contextmanager
def writing() -> Iterator[None]:
    """Run a write transaction. Nested use joins the outer one."""
    if getattr(_local, "depth", 0):
        yield
        return
    with database.connection_context() if database.is_closed() else _nothing(), _write_lock():
        _local.depth = 1
        try:
            with _begin():
                yield
        finally:
            _local.depth = 0


@contextmanager
def reading() -> Iterator[None]:
    """Hold a connection open for the block (a request or a worker's slice)."""
    with database.connection_context() if database.is_closed() else _nothing():
        yield


@contextmanager
def _begin() -> Iterator[None]:
    if isinstance(database.obj, SqliteDatabase):
        with database.atomic("IMMEDIATE"):
            yield
    else:
        with database.atomic():
            yield


@contextmanager
def _write_lock() -> Iterator[None]:
    if _lock_path is None:
        yield
        return
    with _lock_path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def open_connection() -> None:
    """Open this thread's connection at the start of a web request, unless it still has one."""
    database.connect(reuse_if_open=True)


def release_connection(_error: BaseException | None = None) -> None:
    """Give a server's connection back after a web request; a SQLite file stays open for the thread's next one."""
    if not isinstance(database.obj, SqliteDatabase):
        close_connection()


def close_connection() -> None:
    if not database.is_closed():
        database.close()
