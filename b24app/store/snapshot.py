"""One moment of the database, read in full while others go on writing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from b24app.store.database import database, is_sqlite, reading

_NO_HURRY = ("idle_in_transaction_session_timeout", "statement_timeout")


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything in the block as of one moment; writers neither wait nor are seen.

    On SQLite a read transaction of its write-ahead log, on PostgreSQL REPEATABLE READ without the time limits of a
    web request: between two statements files may be copied for an hour.
    """
    with reading(), database.atomic("DEFERRED" if is_sqlite() else "REPEATABLE READ READ ONLY"):
        if is_sqlite():
            database.execute_sql("SELECT 1 FROM sqlite_master").fetchone()  # the moment is that of the first read
        else:
            for limit in _NO_HURRY:
                database.execute_sql(f"SET LOCAL {limit} = 0")
        yield


def stream(query: Any) -> Iterator[tuple[Any, ...]]:
    """Run a query inside `snapshot` and yield its rows as the driver gives them, a few in memory at a time."""
    if is_sqlite():
        yield from database.execute(query)
        return
    sql, parameters = query.sql()
    with database.connection().cursor(name=f"rows_{secrets.token_hex(8)}") as cursor:
        yield from cursor.execute(sql, parameters)
