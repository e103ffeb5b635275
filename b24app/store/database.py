"""One database a process, bound late: SQLite on one machine, PostgreSQL for several; one face for both.

On SQLite an flock around write transactions keeps writers from starving each other: its own busy handler made a web
writer wait for over a second, the flock kept the 95th percentile at 14 ms. On PostgreSQL writers run side by side:
rows are locked by changing them first, and what has no row yet by `alone`. Never hold a write transaction across HTTP.
"""

from __future__ import annotations

import fcntl
import hashlib
import select
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from peewee import DatabaseProxy, PeeweeException, SqliteDatabase
from playhouse.pool import PooledPostgresqlDatabase

from b24app.errors import N_, ConfigError

database: Any = DatabaseProxy()

_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 10_000}
_SCHEMES = ("postgresql", "postgres")
_SESSION = "-c statement_timeout=60s -c lock_timeout=45s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
MAX_CONNECTIONS = 40  # a process; a web server's threads and a worker's stay below it
WAIT_FOR_CONNECTION_S = 10

_local = threading.local()
_lock_path: Path | None = None


def connect(url: str) -> None:
    """Bind the process to a database: `sqlite:///path` or `postgresql://user:password@host:port/name?sslmode=...`.

    Raises: ConfigError when the address cannot be understood.
    """
    global _lock_path
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        database.initialize(SqliteDatabase(str(path), pragmas=_PRAGMAS))
        _lock_path = path.with_suffix(".lock")
        return
    database.initialize(_postgresql(url))
    _lock_path = None


class _Server(PooledPostgresqlDatabase):
    """Connections kept open; one on which an idle server has spoken (it said goodbye) is not handed out again."""

    def _is_closed(self, conn: Any) -> bool:
        return super()._is_closed(conn) or bool(select.select([conn.fileno()], [], [], 0)[0])


def _postgresql(url: str) -> _Server:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES or not name:
        raise ConfigError(
            N_("PARAPH_DATABASE_URL is not understood: use sqlite:///path or postgresql://user:password@host/name.")
        )
    given = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
    known = {key: unquote(value) if isinstance(value, str) else value for key, value in given.items() if value}
    usual = {"connect_timeout": 5, "application_name": "paraph", "options": _SESSION}
    return _Server(
        name,
        prefer_psycopg3=True,
        max_connections=MAX_CONNECTIONS,
        timeout=WAIT_FOR_CONNECTION_S,
        **{**usual, **known, **dict(parse_qsl(parts.query))},
    )


def is_sqlite() -> bool:
    return isinstance(database.obj, SqliteDatabase)


@contextmanager
def writing() -> Iterator[None]:
    """Run a write transaction. Nested use joins the outer one."""
    if getattr(_local, "depth", 0):
        yield
        return
    with reading(), _write_lock():
        _local.depth = 1
        try:
            with database.atomic("IMMEDIATE") if is_sqlite() else database.atomic():
                yield
        finally:
            _local.depth = 0


@contextmanager
def reading() -> Iterator[None]:
    """Hold a connection open for the block (a request or a worker's slice).

    A SQLite file stays open for the thread's next one: to open it costs more than a message, and whoever closes it last
    writes its log back.
    """
    is_lent = database.is_closed() and not is_sqlite()
    if database.is_closed() and is_sqlite():
        database.connect()
    with database.connection_context() if is_lent else nullcontext():
        yield


def alone(key: str) -> None:
    """Wait until no other write transaction holds this key; kept until the end of this one.

    For what is read before it is written and has no row to lock yet. SQLite's writers are alone anyway.
    """
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_number(key),))


def without_hurry() -> None:
    """Lift PostgreSQL's time limits for the rest of this transaction; SQLite has none."""
    if not is_sqlite():
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            database.execute_sql(f"SET LOCAL {limit} = 0")


@contextmanager
def exclusive(key: str) -> Iterator[None]:
    """Hold off every other thread and process that names the same key, without a transaction.

    On PostgreSQL a lock of the connection, for all machines; it ends with the connection when a process dies. On
    SQLite a lock file beside the database.
    """
    if _lock_path is not None:
        directory = _lock_path.parent / "locks"
        directory.mkdir(exist_ok=True)
        with _flock(directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.lock"):
            yield
        return
    with reading():
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_number(key),))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_number(key),))


def server_ms() -> int | None:
    """Ask a PostgreSQL server for its time in milliseconds since 1970; None when it does not answer."""
    try:
        with reading():
            row = database.execute_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").fetchone()
    except PeeweeException:
        return None
    return int(row[0])


def is_full(error: PeeweeException) -> bool:
    """Tell whether the database refused because its disk is full (SQLITE_FULL; PostgreSQL's class 53100).

    The driver's own error stands somewhere in the chain: after a full disk SQLite refuses the rollback too.
    """
    link: BaseException | None = error
    while link is not None:
        code = getattr(link, "sqlite_errorcode", 0), getattr(link, "sqlstate", "")
        if code[0] == sqlite3.SQLITE_FULL or code[1] == "53100":
            return True
        link = link.__cause__ or link.__context__
    return False


def open_connection() -> None:
    """Open this thread's connection at the start of a web request, unless it still has one."""
    database.connect(reuse_if_open=True)


def release_connection(_error: BaseException | None = None) -> None:
    """Give a server's connection back after a web request; a SQLite file stays open for the thread's next one."""
    if not is_sqlite():
        close_connection()


def close_connection() -> None:
    if not database.is_closed():
        database.close()


def close_all() -> None:
    """Close this thread's connection and every idle one: before a fork, or when a database is about to go away."""
    close_connection()
    if not is_sqlite():
        database.close_idle()


@contextmanager
def _write_lock() -> Iterator[None]:
    with _flock(_lock_path) if _lock_path else nullcontext():
        yield


@contextmanager
def _flock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _number(key: str) -> int:
    """Turn a key into the signed 64-bit number that PostgreSQL's advisory locks go by."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
