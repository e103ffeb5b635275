"""Where the daily search for files that nobody needs stands; one worker takes a step at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from b24app.clock import to_ms
from b24app.store.tables import FileSweep

ONLY = 1
LEASE = timedelta(minutes=5)  # a step that a crash cut short is taken again after that


def name(owner: str, now: datetime) -> None:
    """Name this database, unless it has a name."""
    FileSweep.insert(id=ONLY, owner=owner, due_at=to_ms(now)).on_conflict_ignore().execute()


def begin(now: datetime, owner: str) -> FileSweep | None:
    """Take the next step, if it is due and nobody else has it; `owner` names this database the very first time."""
    name(owner, now)
    is_due = (FileSweep.id == ONLY) & (FileSweep.due_at <= to_ms(now))
    taken = FileSweep.update(due_at=to_ms(now + LEASE)).where(is_due).execute()
    return FileSweep.get_by_id(ONLY) if taken else None


def leave(behind: str, due_at: datetime) -> None:
    """Note after which file the next step begins, and when."""
    FileSweep.update(behind=behind, due_at=to_ms(due_at)).where(FileSweep.id == ONLY).execute()


def owner() -> str:
    """Return the name of this database in its store of files, empty before the first sweep."""
    found = FileSweep.get_or_none(FileSweep.id == ONLY)
    return found.owner if found else ""
