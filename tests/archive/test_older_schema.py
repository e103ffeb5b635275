"""An archive that was written with an older schema is brought up to today's, or it is said that it cannot be."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from peewee import SqliteDatabase

from b24app.archive.reader import ArchiveReader
from b24app.errors import ArchiveRefused
from b24app.services.export_portal import export_portal
from b24app.services.import_portal import import_portal
from b24app.store import migrate
from b24app.store.belongings import PARTS
from b24app.store.staging import Staging
from b24app.store.tables import Portal
from tests.archive.conftest import Places
from tests.archive.filling import contents, fill
from tests.archive.forging import Rows, change_contents

KEY = Fernet.generate_key().decode()
FIRST = migrate.known()[0]
TAKEN_AWAY = {"body"}  # of templates: it stands in their revisions by now
NAMES = {part.name for part in PARTS}


@pytest.fixture
def written(places: Places) -> Path:
    """An archive as the very first schema would have given it: only its tables and columns."""
    ctx = places.open("old", secret_keys=KEY)
    fill(ctx, "acme")
    export_portal(ctx, "acme", places.directory / "today.zip")
    known = columns_of(FIRST, places.directory / "first.db")
    reduced = {name: partial(only_columns, names) for name, names in known.items() if name in NAMES}
    path = places.directory / "older.zip"
    change_contents(places.directory / "today.zip", path, KEY, tables=reduced, only=set(known), schema=FIRST)
    return path


def only_columns(names: set[str], rows: Rows) -> Rows:
    """Cut rows down to the columns of that time."""
    return [{name: row.get(name, "") for name in names if name in row or name in TAKEN_AWAY} for row in rows]


def columns_of(schema: str, path: Path) -> dict[str, set[str]]:
    database = SqliteDatabase(str(path))
    migrate.bring(database, schema)
    found = {table: {column.name for column in database.get_columns(table)} for table in database.get_tables()}
    database.close()
    return found


def test_an_older_archive_is_brought_up_to_date_on_its_way_in(places: Places, written: Path):
    with ArchiveReader(written) as archive:
        assert "last_template" not in archive.manifest.tables
    before = contents("acme")
    import_portal(places.open("new", secret_keys=KEY), written)
    after = contents("acme")
    assert [row["title"] for row in after["request"]] == [row["title"] for row in before["request"]]
    assert after["last_template"] == []
    first = {row["id"]: row["template"] for row in after["template_revision"]}
    assert first == {f"{row['id']}-1": row["id"] for row in after["template"]}


def test_what_its_own_schema_did_not_have_is_refused(places: Places, written: Path):
    path = written.with_name("mixed.zip")
    change_contents(written, path, KEY, tables={"last_template": lambda _rows: []})
    with pytest.raises(ArchiveRefused, match="a table that its schema does not have: last_template"):
        import_portal(places.open("new", secret_keys=KEY), path)


def test_it_is_said_when_a_migration_cannot_be_run(tmp_path: Path):
    """Something stands in the way of the second migration: here an index of the same name."""
    with Staging(tmp_path / "staging.db", FIRST) as staging:
        with sqlite3.connect(tmp_path / "staging.db") as hands:
            hands.execute("CREATE INDEX request_portal_sender_id_created_at ON request (portal)")
        with pytest.raises(ArchiveRefused, match=f"schema {FIRST} cannot be brought up to {migrate.known()[-1]}"):
            staging.upgrade()


def test_a_database_that_a_newer_paraph_has_changed_is_not_exported(places: Places):
    ctx = places.open("old")
    fill(ctx, "acme")
    with sqlite3.connect(places.directory / "old" / "paraph.db") as hands:
        hands.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_future', '2030-01-01')")
    with pytest.raises(ArchiveRefused, match="brought up to 9999_future, which this Paraph does not know"):
        export_portal(ctx, "acme", places.directory / "acme.zip")
    assert Portal.select().count() == 1
