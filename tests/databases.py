"""The databases that tests run on: SQLite files, and on a PostgreSQL server a database of its own for each test.

The server is the one in PARAPH_TEST_POSTGRES, else the one on this machine's usual port, if it lets us in. Where there
is none those tests are left out and the run's last lines say so; under CI that is an error.
"""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from peewee import SqliteDatabase

from b24app.store import database, migrate

KINDS = ("sqlite", "postgresql")
POSTGRES = os.environ.get("PARAPH_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
REDIS = os.environ.get("PARAPH_TEST_REDIS", "redis://127.0.0.1:6379")
PREFIX = "paraph_test"
HISTORY = "schema_migration"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
USED_SEQUENCES = """
SELECT sequencename FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename <> 'schema_migration_id_seq'
"""
OTHERS = """
SELECT pid, state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend'
"""
_numbers = itertools.count(1)
_spare: list[str] = []


@contextmanager
def fresh(kind: str, directory: Path) -> Iterator[str]:
    """Make an empty database with today's schema; yields its address. It goes away afterwards."""
    if kind == "sqlite":
        lay_out(directory)
        try:
            yield f"sqlite:///{directory / 'paraph.db'}"
        finally:
            database.close_connection()
        return
    name = _spare.pop() if _spare else _copied()
    try:
        yield f"{POSTGRES}/{name}"
    finally:
        database.close_all()
        if _emptied(name):
            _spare.append(name)
        else:
            _run(f"DROP DATABASE {name} WITH (FORCE)")


def _copied() -> str:
    name = f"{PREFIX}_{os.getpid()}_{next(_numbers)}"
    _run(f"CREATE DATABASE {name} TEMPLATE {_template()}")
    _run(f"ALTER DATABASE {name} SET synchronous_commit = off")  # tests kill us, not the server
    return name


def _emptied(name: str) -> bool:
    """Delete every row, in a tenth of the time that a new copy takes; False when somebody is at work in it."""
    with psycopg.connect(f"{POSTGRES}/{name}", autocommit=True) as server:
        for pid, state in server.execute(OTHERS).fetchall():
            if state != "idle":
                return False
            server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        server.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        tables, ours = {row[0] for row in server.execute(TABLES)}, _tables()
        for table in tables - ours:
            server.execute(f'DROP TABLE "{table}"')
        changes = [f'DELETE FROM "{table}"' for table in tables & ours if table != HISTORY]
        changes += [f'ALTER SEQUENCE "{row[0]}" RESTART' for row in server.execute(USED_SEQUENCES)]
        server.execute("; ".join(changes))
        return tables >= ours


def lay_out(directory: Path) -> None:
    """Put an empty SQLite database with today's schema where the application looks for its own, unless one is there."""
    path = directory / "paraph.db"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated_file())


@functools.cache
def _migrated_file() -> bytes:
    """Migrate one file; the others are copies of it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "paraph.db"
        file = SqliteDatabase(str(path))
        migrate.bring(file)
        file.close()
        return path.read_bytes()


@contextmanager
def bare() -> Iterator[str]:
    """Make a PostgreSQL database without any table; yields its address."""
    need_postgres()
    name = f"{PREFIX}_{os.getpid()}_{next(_numbers)}"
    _run(f"CREATE DATABASE {name}")
    try:
        yield f"{POSTGRES}/{name}"
    finally:
        database.close_all()
        _run(f"DROP DATABASE {name} WITH (FORCE)")


def allow(url: str, allowed: bool) -> None:
    """Take a PostgreSQL database away, as a restart of its server does, or give it back."""
    name = url.rpartition("/")[2]
    _run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])


def need_postgres() -> None:
    _need(has_postgres(), f"no PostgreSQL at {POSTGRES.rpartition('@')[2]} (PARAPH_TEST_POSTGRES)")


def redis_url() -> str:
    """Return the address of a Redis database for tests."""
    _need(_has_redis(), f"no Redis at {REDIS.rpartition('@')[2]} (PARAPH_TEST_REDIS)")
    return f"{REDIS}/15"


def remove_template() -> None:
    """Drop what this process has made once for all its tests."""
    if _template.cache_info().currsize:
        for name in (*_spare, _template()):
            _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _need(is_there: bool, reason: str) -> None:
    if is_there:
        return
    if os.environ.get("CI"):
        pytest.fail(f"CI must have it: {reason}")
    pytest.skip(reason)


@functools.cache
def has_postgres() -> bool:
    try:
        psycopg.connect(f"{POSTGRES}/postgres", connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@functools.cache
def _has_redis() -> bool:
    try:
        return bool(redis.Redis.from_url(REDIS, socket_connect_timeout=3).ping())
    except redis.RedisError:
        return False


@functools.cache
def _template() -> str:
    """Migrate one database; the others are copies of it."""
    need_postgres()
    _remove_leftovers()
    name = f"{PREFIX}_{os.getpid()}_template"
    _run(f"CREATE DATABASE {name}")
    database.connect(f"{POSTGRES}/{name}")
    migrate.migrate()
    database.close_all()
    return name


@functools.cache
def _tables() -> frozenset[str]:
    with psycopg.connect(f"{POSTGRES}/{_template()}") as server:
        return frozenset(row[0] for row in server.execute(TABLES))


def _remove_leftovers() -> None:
    """Drop the databases of test processes that were killed."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        names = [
            row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        ]
    for name in names:
        owner = name.removeprefix(f"{PREFIX}_").partition("_")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(sql: str) -> None:
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        server.execute(sql)
