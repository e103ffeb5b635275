"""After an update of Paraph give every portal the surfaces that the new version has. Run by every worker once a minute.

Bitrix24 tells marketplace applications of an update, and local ones nothing. The same is due when Paraph has moved to
another address.
"""

from __future__ import annotations

from datetime import timedelta

from b24app.domain.events import Topic
from b24app.services.bind_surfaces import surfaces_of
from b24app.services.context import Context
from b24app.services.receive_event import UPDATED
from b24app.store import outbox, portals
from b24app.store.database import writing

AT_ONCE = 50
CALM = timedelta(hours=1)
"""So long a portal keeps what it was given: an old process that still runs beside the new one must not take it back."""


def bind_anew(ctx: Context) -> int:
    """Have the worker bind in portals that were given other surfaces than ours; returns in how many."""
    surfaces = surfaces_of(ctx)
    outdated = portals.given_otherwise(surfaces, ctx.now() - CALM, AT_ONCE)
    return sum(_ask(ctx, member_id, surfaces) for member_id in outdated)


def _ask(ctx: Context, member_id: str, surfaces: str) -> bool:
    with writing():
        if not portals.give_surfaces(member_id, surfaces, ctx.now()):
            return False  # another worker did
        event = {"name": UPDATED, "data": {}}
        outbox.enqueue(member_id, f"event-{ctx.new_id()}", 1, Topic.PORTAL_EVENT, event, ctx.now())
    ctx.hints.hint(member_id)
    return True
