"""The migrations and the tables tell the same story; times are whole numbers."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from peewee import FloatField, SqliteDatabase

from b24app.store import database, migrate
from b24app.store.tables import ALL


def schema(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
        return {(name, sql) for name, sql in rows if "schema_migration" not in name}


@pytest.fixture
def migrated(tmp_path):
    path = tmp_path / "migrated.db"
    database.connect(f"sqlite:///{path}")
    assert migrate.migrate()[0] == "0001_initial"
    yield path
    database.close_connection()


def test_migrating_from_nothing_gives_the_tables_of_today(tmp_path, migrated):
    fresh = SqliteDatabase(str(tmp_path / "fresh.db"))
    with fresh.bind_ctx(ALL, bind_refs=False, bind_backrefs=False):
        fresh.create_tables(ALL)
    fresh.close()
    assert schema(migrated) == schema(tmp_path / "fresh.db")


def test_migrating_again_does_nothing(migrated):
    assert migrate.migrate() == []
    assert migrate.pending() == []


def test_no_column_is_a_float():
    """A FloatField becomes REAL on PostgreSQL and rounds epoch seconds to about a minute."""
    floats = [f"{table.__name__}.{field.name}" for table in ALL for field in table._meta.sorted_fields
              if isinstance(field, FloatField)]  # fmt: skip
    assert floats == []


def test_every_table_says_who_writes_it_and_when_rows_go():
    assert [table.__name__ for table in ALL if not (table.__doc__ or "").strip().endswith(".")] == []
