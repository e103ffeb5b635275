"""A portal's rows arriving from an archive: inserted as they were, but for what was true of one place and moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from peewee import CharField, DataError, IntegrityError

from b24app.clock import to_ms
from b24app.errors import ArchiveRefused
from b24app.store import removal
from b24app.store.belongings import columns
from b24app.store.database import alone, is_sqlite, without_hurry
from b24app.store.tables import Application, OutboxMessage, Portal, Table

_BATCH = 100

MOMENTARY = (
    "tokens_milli",
    "tokens_at",
    "lease_by",
    "lease_until",
    "hint_at",
    "pause_until",
    "failures",
    "mail_pause_until",
    "mail_failures",
)
"""Columns of a portal's row that speak of the place it was in: its workers, its pauses, its rate of calls."""


def insert(table: type[Table], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows given by field name; returns how many. A registration that is known here already stays as it is.

    Raises: ArchiveRefused when a row is already here or this database cannot hold it.
    """
    limits = _limits(table)
    waiting, count = iter(rows), 0
    while batch := list(islice(waiting, _BATCH)):
        for row in batch:
            _check_lengths(table, limits, row)
        _insert(table, batch)
        count += len(batch)
    return count


def start_afresh(portal: str, now: datetime) -> None:
    """Let work begin at once: nobody holds a lease, nothing is paused, what was put off after a failure is due."""
    fresh = {name: Portal._meta.fields[name].default for name in MOMENTARY}
    Portal.update(**fresh).where(Portal.member_id == portal).execute()
    is_open = OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null()
    put_off = (OutboxMessage.portal == portal) & is_open & (OutboxMessage.attempts > 0)
    OutboxMessage.update(next_at=to_ms(now)).where(put_off).execute()


def make_room(portal: str) -> set[str]:
    """Delete a portal with everything it owns, and keep others off it; returns the files its rows named."""
    without_hurry()
    alone(f"portal/{portal}")
    files = removal.blobs_of(portal)
    removal.delete_data(portal)
    Portal.delete().where(Portal.member_id == portal).execute()
    return files


def _insert(table: type[Table], batch: list[Mapping[str, Any]]) -> None:
    query = table.insert_many(batch)
    try:
        (query.on_conflict_ignore() if table is Application else query).execute()
    except IntegrityError as error:
        raise ArchiveRefused(
            "A row of %(table)s in the archive is here already, in another portal; nothing was imported.",
            table=table._meta.table_name,
        ) from error
    except DataError as error:
        raise ArchiveRefused(
            "This database cannot hold a row of %(table)s in the archive; nothing was imported.",
            table=table._meta.table_name,
        ) from error


def _limits(table: type[Table]) -> dict[str, int]:
    """Name the columns whose length this database limits: PostgreSQL's; SQLite keeps any length."""
    limited = [] if is_sqlite() else columns(table)
    return {field.name: field.max_length for field in limited if isinstance(field, CharField)}


def _check_lengths(table: type[Table], limits: Mapping[str, int], row: Mapping[str, Any]) -> None:
    for name, most in limits.items():
        if row[name] is not None and len(row[name]) > most:
            raise ArchiveRefused(
                "A row of %(table)s has %(count)s characters in %(column)s; PostgreSQL holds %(most)s there. Shorten "
                "it in the old place and write a new archive.",
                table=table._meta.table_name,
                count=len(row[name]),
                column=name,
                most=most,
            )
