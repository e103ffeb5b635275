"""The migrations and the tables tell the same story; times are whole numbers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
from peewee import FloatField, SqliteDatabase

from b24app.store import database, migrate
from b24app.store.tables import ALL
from tests import databases


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


def test_on_postgresql_migrations_and_tables_tell_the_same_story():
    with databases.bare() as migrated, databases.bare() as fresh:
        database.connect(migrated)
        migrate.migrate()
        database.close_all()
        database.connect(fresh)
        with database.reading():
            database.database.create_tables(ALL)
        assert columns(migrated) == columns(fresh)
        assert not {kind for _, _, kind, _ in columns(migrated) if kind in ("real", "double precision")}


def test_several_processes_that_start_at_once_migrate_once(tmp_path):
    for url in (f"sqlite:///{tmp_path / 'paraph.db'}", None):
        with nullcontext(url) if url else databases.bare() as address:
            code = (
                "import sys; from b24app.store import database, migrate\n"
                "database.connect(sys.argv[1]); print(len(migrate.migrate()))"
            )
            command = [sys.executable, "-c", code, address]
            processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
            counts = sorted(int(process.communicate()[0]) for process in processes)
            assert counts[:3] == [0, 0, 0]
            assert counts[3] > 0


def columns(url: str) -> set[tuple[str, ...]]:
    """Table, column, type, whether it may be empty; and the indexes."""
    with psycopg.connect(url) as server:
        found = server.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name <> 'schema_migration'"
        )
        indexes = server.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
        )
        return {*found.fetchall(), *((row[0], "", "", "") for row in indexes.fetchall())}
