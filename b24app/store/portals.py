"""Portals, their tokens, their applications."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from b24app.clock import to_ms
from b24app.errors import N_, NotFound
from b24app.store.database import alone, database
from b24app.store.prepared import ByKey, Prepared, hole
from b24app.store.tables import Application, Portal, PortalToken, upsert


class LivingToken(NamedTuple):
    """A locked pair and the portal's REST base."""

    access_token: str
    refresh_token: str
    expires_at: int
    client_endpoint: str


def _living() -> Any:
    of_employee = (PortalToken.portal == hole("portal")) & (PortalToken.user_id == hole("user_id"))
    living = of_employee & PortalToken.dead_at.is_null() & Portal.uninstalled_at.is_null()
    columns = PortalToken.access_token, PortalToken.refresh_token, PortalToken.expires_at, Portal.client_endpoint
    joined = PortalToken.select(*columns).join(Portal, on=(Portal.member_id == PortalToken.portal))
    return joined.where(living)


_LIVING = Prepared(_living)
_BY_ID = ByKey(Portal.member_id)
_TOKEN = ByKey(PortalToken.portal, PortalToken.user_id)
_APPLICATION = ByKey(Application.client_id)


def find(member_id: str) -> Portal | None:
    found: Portal | None = _BY_ID(member_id)
    return found


def every() -> list[Portal]:
    return list(Portal.select().order_by(Portal.member_id))


def secret_of(member_id: str) -> tuple[str, bool]:
    """The application token's fingerprint ("" when there is none) and whether the application is installed.

    For events, which come often: plain SQL, for building the query costs more than running it.
    """
    sql = f"SELECT application_token, uninstalled_at FROM portal WHERE member_id = {database.param}"  # noqa: S608
    found = database.execute_sql(sql, (member_id,)).fetchone()
    return (found[0], found[1] is None) if found else ("", False)


def get(member_id: str) -> Portal:
    """Raises: NotFound when the application is not installed there."""
    portal = find(member_id)
    if portal is None or portal.uninstalled_at is not None:
        raise NotFound(N_("Paraph is not installed in this Bitrix24."))
    return portal


def save(member_id: str, **values: Any) -> Portal:
    """Insert the portal or overwrite the given columns."""
    alone(f"portal/{member_id}")
    changed = Portal.update(**values).where(Portal.member_id == member_id).execute()
    if not changed:
        Portal.insert(member_id=member_id, **values).execute()
    return Portal.get_by_id(member_id)


def set_option(portal: str, **options: Any) -> None:
    """Merge some settings of a portal into those that stand."""
    alone(f"portal/{portal}")
    row = Portal.get_by_id(portal)
    Portal.update(settings={**row.settings, **options}).where(Portal.member_id == portal).execute()


def given_otherwise(surfaces: str, before: datetime, limit: int) -> list[str]:
    """Name connected portals that were given other surfaces, and these not lately."""
    is_in_use = Portal.uninstalled_at.is_null() & Portal.setup_done_at.is_null(False) & (Portal.health == "ok")
    is_due = (Portal.surfaces != surfaces) & (Portal.surfaces_at < to_ms(before))
    return [row.member_id for row in Portal.select(Portal.member_id).where(is_in_use & is_due).limit(limit)]


def give_surfaces(portal: str, surfaces: str, now: datetime) -> bool:
    """Note which surfaces a portal is given; returns whether it had others."""
    others = (Portal.member_id == portal) & (Portal.surfaces != surfaces)
    return bool(Portal.update(surfaces=surfaces, surfaces_at=to_ms(now)).where(others).execute())


def token(portal: str, user_id: int) -> PortalToken | None:
    found: PortalToken | None = _TOKEN(portal, user_id)
    return found


def living_token(portal: str, user_id: int) -> LivingToken | None:
    """An employee's pair, still locked, with the address it is good for; None when there is none or it is dead.

    Raises: NotFound when the application is not installed there.
    """
    row = _LIVING.row(portal=portal, user_id=user_id)
    if row is not None:
        return LivingToken(*row)
    kept = token(portal, user_id)
    if kept is not None and kept.dead_at is None:
        get(portal)
    return None


def save_token(portal: str, user_id: int, *, access: str, refresh: str, expires_at: int) -> None:
    """Keep an employee's pair (already locked); a newer pair revives a dead one."""
    upsert(
        PortalToken,
        portal=portal,
        user_id=user_id,
        access_token=access,
        refresh_token=refresh,
        expires_at=expires_at,
        dead_at=None,
    )


def employees_with_token(portal: str, limit: int) -> list[int]:
    """Name employees whose tokens are not known to be dead, those with the youngest first."""
    living = PortalToken.select(PortalToken.user_id).where(
        (PortalToken.portal == portal) & PortalToken.dead_at.is_null()
    )
    return [row.user_id for row in living.order_by(PortalToken.expires_at.desc()).limit(limit)]


def mark_token_dead(portal: str, user_id: int, at: int) -> None:
    PortalToken.update(dead_at=at).where((PortalToken.portal == portal) & (PortalToken.user_id == user_id)).execute()


def application(client_id: str) -> Application | None:
    found: Application | None = _APPLICATION(client_id)
    return found


def applications() -> list[Application]:
    return list(Application.select().order_by(Application.created_at))
