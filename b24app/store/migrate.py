"""Bring the schema up to date (playhouse.migrations; numbered scripts in b24app/migrations)."""

from __future__ import annotations

from pathlib import Path

from peewee import Database
from playhouse.migrations import Migration, Runner

from b24app.store.database import database, reading

DIRECTORY = Path(__file__).parent.parent / "migrations"


def migrate() -> list[str]:
    """Apply what is pending; safe to call from several processes and at every start. Returns the applied names."""
    with reading():
        return Runner(database.obj, str(DIRECTORY)).up()


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
