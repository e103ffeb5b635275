"""What the worker does once a minute beside the outbox: what time or an update causes, silence, tidying up, a sign of
life."""

from __future__ import annotations

from datetime import timedelta

from b24app.clock import to_ms
from b24app.services.act_on_time import act_on_time
from b24app.services.bind_anew import bind_anew
from b24app.services.context import Context
from b24app.services.look_after_silence import look_after_silence
from b24app.services.sweep_files import sweep_files
from b24app.store import composers, connections, derived, heartbeat, inbox, templates, visits
from b24app.store.database import writing

KEEP_EVENTS = timedelta(days=30)
KEEP_DRAFTS = timedelta(days=30)


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute; the files come last, for their store may be slow.

    Nothing is forgotten while a clock that has jumped is not believed.
    """
    act_on_time(ctx)
    look_after_silence(ctx)
    bind_anew(ctx)
    ctx.rest_log.forget_old()
    now = ctx.trusted_now()
    with writing():
        heartbeat.beat(ctx.now())
        if now is not None:
            composers.purge(to_ms(now) - composers.LIFE_MS)
            visits.purge(to_ms(now - visits.LIFE))
            inbox.purge(to_ms(now - KEEP_EVENTS))
            templates.purge_drafts(to_ms(now - KEEP_DRAFTS))
            connections.forget_former(to_ms(now))
            derived.purge(to_ms(now))
    if now is not None:
        sweep_files(ctx)
