"""Accounts at signing providers. Secrets come and go locked; which provider it is, the row says."""

from __future__ import annotations

from typing import Any

from b24app.errors import N_, NotFound
from b24app.store.database import database
from b24app.store.tables import Connection


def get(portal: str, connection_id: str) -> Connection:
    """Raises: NotFound, for another portal's as well, and for one that was taken away."""
    found = find(portal, connection_id)
    if found is None or found.removed_at is not None:
        raise NotFound(N_("This signing service is not connected."))
    return found


def find(portal: str, connection_id: str) -> Connection | None:
    return Connection.get_or_none((Connection.portal == portal) & (Connection.id == connection_id))


def of_portal(portal: str) -> list[Connection]:
    """Those in use, the oldest first."""
    query = Connection.select().where((Connection.portal == portal) & Connection.removed_at.is_null())
    return list(query.order_by(Connection.created_at, Connection.id))


def by_webhook(provider: str, webhook_hash: str) -> tuple[str, str] | None:
    """The id and portal of the connection whose events come under this secret.

    For webhooks, which come often: plain SQL, for building the query costs more than running it.
    """
    mark = database.param
    sql = f"""SELECT id, portal FROM connection
        WHERE webhook_hash = {mark} AND provider = {mark} AND removed_at IS NULL"""  # noqa: S608
    found = database.execute_sql(sql, (webhook_hash, provider)).fetchone()
    return (found[0], found[1]) if found else None


def insert(portal: str, **values: Any) -> None:
    Connection.insert(portal=portal, **values).execute()


def save(portal: str, connection_id: str, **values: Any) -> None:
    Connection.update(**values).where(_own(portal, connection_id)).execute()


def replace_secrets(portal: str, connection_id: str, as_read: str, secrets: str) -> bool:
    """Put secrets in the place of those that were read; False when others stand there by now."""
    same = _own(portal, connection_id) & (Connection.secrets == as_read)
    return bool(Connection.update(secrets=secrets).where(same).execute())


def use_consent(portal: str, connection_id: str, fingerprint: str) -> bool:
    """Take the mark of a person who was sent away; False when it is another one, or was taken before."""
    same = _own(portal, connection_id) & (Connection.consent == fingerprint) & Connection.removed_at.is_null()
    return bool(fingerprint and Connection.update(consent="").where(same).execute())


def forget_former(now_ms: int) -> int:
    """Forget, in every portal, former keys whose time is over."""
    over = Connection.former_until.is_null(False) & (Connection.former_until <= now_ms)
    return Connection.update(former_secrets="", former_until=None).where(over).execute()


def _own(portal: str, connection_id: str) -> Any:
    return (Connection.portal == portal) & (Connection.id == connection_id)
