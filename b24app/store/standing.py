"""How things stand over all portals, in figures for operators: read at every scrape, so by indexes alone.

Open and dead messages are found by partial indexes over what is not done: a million done ones cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL, Case, fn

from b24app.clock import to_ms
from b24app.store.tables import OutboxMessage, Portal


@dataclass(frozen=True)
class Lane:
    """What is still to be done in a lane, and for how long the message that is longest due has been so."""

    open: int
    overdue_ms: int


def lanes(now: datetime) -> Mapping[str, Lane]:
    """Look at the open messages by lane; a lane without any is left out."""
    now_ms = to_ms(now)
    due = fn.MIN(Case(None, [(OutboxMessage.next_at <= now_ms, OutboxMessage.next_at)], None))
    still_open = OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null()
    query = OutboxMessage.select(OutboxMessage.lane, fn.COUNT(SQL("*")), due).where(still_open)
    rows: Any = query.group_by(OutboxMessage.lane).tuples()
    return {lane: Lane(count, now_ms - oldest if oldest is not None else 0) for lane, count, oldest in rows}


def dead_topics() -> Mapping[str, int]:
    """Count the messages that were given up, by topic."""
    dead = OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null(False)
    query = OutboxMessage.select(OutboxMessage.topic, fn.COUNT(SQL("*"))).where(dead)
    rows: Any = query.group_by(OutboxMessage.topic).tuples()
    return dict(rows)


def portals(now: datetime) -> Mapping[str, int]:
    """Count the portals that have us installed, and of them those in trouble."""
    now_ms = to_ms(now)
    conditions = {
        "installed": None,
        "paused": Portal.pause_until > now_ms,
        "mail_paused": Portal.mail_pause_until > now_ms,
        "reconnect": Portal.health == "reconnect",
    }
    counts = [fn.COUNT(SQL("*")) if c is None else fn.SUM(Case(None, [(c, 1)], 0)) for c in conditions.values()]
    rows: Any = Portal.select(*counts).where(Portal.uninstalled_at.is_null()).tuples()
    return {name: int(count or 0) for name, count in zip(conditions, rows[0], strict=True)}
