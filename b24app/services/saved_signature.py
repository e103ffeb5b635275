"""The signature an employee keeps for next time, as a picture."""

from __future__ import annotations

from b24app.errors import N_, NotFound
from b24app.services.context import Context
from b24app.store import requests
from b24app.store.tables import Portal


def saved_signature(ctx: Context, portal: Portal, user_id: int) -> bytes:
    """Return the employee's own signature: a transparent PNG. Raises: NotFound when none is kept."""
    sha256 = requests.saved_signature(portal.member_id, user_id)
    if sha256 is None:
        raise NotFound(N_("You have no saved signature yet: draw, type or upload one."))
    return ctx.blobs.get(sha256)
