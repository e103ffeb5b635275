"""Bring the schema up to date (playhouse.migrations; numbered scripts in b24app/migrations)."""

from __future__ import annotations

from pathlib import Path

from playhouse.migrations import Runner

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
