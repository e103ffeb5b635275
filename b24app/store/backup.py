"""A copy of the SQLite database while others write into it, and what the copy names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from peewee import Field, SqliteDatabase

from b24app.errors import ArchiveRefused
from b24app.store.database import database, is_sqlite, reading


def copy_database(target: Path) -> None:
    """Copy the database as of one moment into a file, and examine the copy.

    All pages go in one step: that is one read transaction of the write-ahead log, so writers neither wait nor are
    seen. Copied in several steps it would begin anew at every commit of another process.
    Raises: ArchiveRefused for another database than SQLite, or when the copy is not whole.
    """
    if not is_sqlite():
        raise ArchiveRefused(
            "The database is PostgreSQL: back it up with pg_dump --format=custom, its files after it. "
            "docs/operations.md has the commands."
        )
    with reading(), closing(sqlite3.connect(target)) as copy:
        try:
            database.connection().backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # a file that stands alone, without a log beside it
            [[found], *_more] = copy.execute("PRAGMA integrity_check")
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise ArchiveRefused("The copy of the database is damaged, so it was not kept: %(what)s.", what=found)


def names_in(copy: Path, columns: Iterable[Field]) -> set[str]:
    """Collect the stored files that these columns of a copied database name."""
    opened = SqliteDatabase(f"file:{copy}?mode=ro", uri=True)
    with opened.connection_context():
        queries = [column.model.select(column).distinct() for column in columns]
        return {name for query in queries for (name,) in opened.execute(query) if name}
