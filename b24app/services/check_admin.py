"""Ask the portal whether an employee administers it."""

from __future__ import annotations

from b24app.services.context import Context
from b24app.store.tables import Portal


def is_admin(ctx: Context, portal: Portal, user_id: int) -> bool:
    return ctx.rest(portal, user_id).call("user.admin", {}).result is True
