"""Let another administrator stand in when the connection of the one who installed has died."""

from __future__ import annotations

from b24app.bitrix.batch import as_map
from b24app.services.context import Context
from b24app.services.install_portal import full_name, name_installer
from b24app.store import portals
from b24app.store.database import writing
from b24app.store.tables import Portal


def take_over(ctx: Context, portal: Portal, user_id: int) -> Portal:
    """Run background work in the name of this administrator, unless the present one's connection is alive.

    A local application cannot be handed to a system user: who leaves the company takes his tokens along.
    """
    kept = portals.token(portal.member_id, portal.installer_id)
    if kept is not None and kept.dead_at is None:
        return portal
    profile = as_map(ctx.rest(portal, user_id).call("profile").result)
    with writing():
        name_installer(portal.member_id, user_id, full_name(profile))
    return portals.get(portal.member_id)
