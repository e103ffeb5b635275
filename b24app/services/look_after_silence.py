"""Ask providers about requests of which nothing was heard for a while: an event that got lost is made up for."""

from __future__ import annotations

from datetime import timedelta

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import NotFound
from b24app.services.apply_snapshot import next_look
from b24app.services.ask_provider import capabilities_of
from b24app.services.context import Context
from b24app.store import handovers, outbox, requests
from b24app.store.database import writing
from b24app.store.tables import Handover

MOST_A_MINUTE = 20
"""Looks for one connection; what is left over has its turn in the next minute."""


def look_after_silence(ctx: Context) -> int:
    """Enqueue a look for each request that is due, each taken by one worker only; returns how many."""
    now_ms = to_ms(ctx.now())
    return sum(_of_connection(ctx, connection, now_ms) for connection in handovers.silent_connections(now_ms))


def _of_connection(ctx: Context, connection: str, now_ms: int) -> int:
    """Spread the looks over the minute. One that nothing can happen to any more is not looked at again."""
    found = handovers.silent(connection, now_ms, MOST_A_MINUTE)
    watched = handovers.still_watched([kept.request for kept in found])
    taken = 0
    for kept in found:
        due = _next(ctx, kept) if kept.request in watched else None
        taken += _take(ctx, kept, due, timedelta(minutes=1) * taken / MOST_A_MINUTE)
    for portal in set(watched.values()):
        ctx.hints.hint(portal)
    return taken


def _next(ctx: Context, kept: Handover) -> int | None:
    try:
        look_every = capabilities_of(ctx, kept.portal, kept.connection).rate.look_every
    except NotFound:  # taken away: there is nobody to ask
        return None
    return next_look(ctx, look_every, kept.request, kept.last_heard_at)


def _take(ctx: Context, kept: Handover, due: int | None, wait: timedelta) -> bool:
    with writing():
        if not handovers.take_look(kept, due) or due is None:
            return False
        seq = requests.next_seq(kept.portal, kept.request)
        outbox.enqueue(kept.portal, kept.request, seq, Topic.LOOK, {}, ctx.now() + wait)
    return True
