"""One moment of the database, read in full while others go on writing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from b24app.store.database import database, is_sqlite, reading, without_hurry


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as of one moment; writers neither wait nor are seen.

    On SQLite a read transaction of its write-ahead log, on PostgreSQL REPEATABLE READ without the time limits of a
    web request: between two statements files may be copied for an hour.
    """
    with reading(), database.atomic("DEFERRED" if is_sqlite() else "REPEATABLE READ READ ONLY"):
        without_hurry()
        database.execute_sql("SELECT count(*) FROM portal").fetchone()  # the moment is that of the first read
        yield


def stream(query: Any) -> Iterator[tuple[Any, ...]]:
    """Run a query inside `snapshot` and yield its rows as the driver gives them, a few in memory at a time."""
    if is_sqlite():
        yield from database.execute(query)
        return
    sql, parameters = query.sql()
    with database.connection().cursor(name=f"rows_{secrets.token_hex(8)}") as cursor:
        yield from cursor.execute(sql, parameters)
