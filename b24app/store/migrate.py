"""Bring the schema up to date (playhouse.migrations; numbered scripts in b24app/migrations)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database
from playhouse.migrations import Migration, Runner

from b24app.store.database import database, exclusive, is_sqlite, reading

DIRECTORY = Path(__file__).parent.parent / "migrations"


def migrate() -> list[str]:
    """Apply what is pending; safe to call from several processes at once and at every start. Returns their names."""
    with reading():
        if not pending():
            return []
        with exclusive("migrations"), _no_hurry():
            return Runner(database.obj, str(DIRECTORY)).up()


@contextmanager
def _no_hurry() -> Iterator[None]:
    """Lift PostgreSQL's time limits: an index over a large table takes its time."""
    if is_sqlite():
        yield
        return
    database.execute_sql("SET statement_timeout = 0")
    database.execute_sql("SET lock_timeout = 0")
    try:
        yield
    finally:
        database.execute_sql("RESET statement_timeout")
        database.execute_sql("RESET lock_timeout")


def pending() -> list[str]:
    """Name the migrations that this database has not seen yet."""
    with reading():
        status = Runner(database.obj, str(DIRECTORY)).status()
    return [migration.name for migration in status if migration.path is not None and not migration.applied]


def known() -> list[str]:
    """Name all the migrations that this code has, in order."""
    return [migration.name for migration in Migration.load_directory(str(DIRECTORY))]


def unknown() -> list[str]:
    """Name the migrations that this database has seen and this code does not have: it belongs to a newer Paraph."""
    with reading():
        return sorted(set(Runner(database.obj, str(DIRECTORY)).applied()) - set(known()))


def bring(other: Database, target: str | None = None) -> None:
    """Bring another database than the process's own up to a migration, or to the newest."""
    Runner(other, str(DIRECTORY)).up(target)
