"""What providers posted, kept raw before it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping

from b24app.store.database import database
from b24app.store.tables import InboxEvent


def keep(
    portal: str, event_key: str, provider: str, connection: str, headers: Mapping[str, str], body: bytes, at: int
) -> bool:
    """Store a body as it came; False when the same one is there already.

    Plain SQL, for building the query costs more than running it.
    """
    marks = ", ".join([database.param] * 8)
    sql = f"""INSERT INTO inbox (event_key, portal, provider, connection, headers, body, received_at, error)
        VALUES ({marks}) ON CONFLICT (event_key) DO NOTHING"""  # noqa: S608
    values = (event_key, portal, provider, connection, json.dumps(headers), body, at, "")
    return bool(database.execute_sql(sql, values).rowcount)


def find(portal: str, event_key: str) -> InboxEvent | None:
    return InboxEvent.get_or_none((InboxEvent.portal == portal) & (InboxEvent.event_key == event_key))


def settle(portal: str, event_key: str, at: int, error: str = "") -> None:
    own = (InboxEvent.portal == portal) & (InboxEvent.event_key == event_key)
    InboxEvent.update(processed_at=at, error=error).where(own).execute()


def purge(before_ms: int) -> int:
    """Delete what came before a moment, in every portal; bodies name people."""
    return InboxEvent.delete().where(InboxEvent.received_at < before_ms).execute()
