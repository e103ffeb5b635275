"""What time itself causes: deadlines pass, silence is asked after, what is old goes; a sign of life is given."""

from __future__ import annotations

from datetime import timedelta

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.expire_requests import expire_requests
from b24app.services.look_after_silence import look_after_silence
from b24app.services.sweep_files import sweep_files
from b24app.store import composers, heartbeat, inbox
from b24app.store.database import writing

KEEP_EVENTS = timedelta(days=30)


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute; the files come last, for their store may be slow."""
    expire_requests(ctx)
    look_after_silence(ctx)
    ctx.rest_log.forget_old()
    with writing():
        heartbeat.beat(ctx.now())
        composers.purge(to_ms(ctx.now()) - composers.LIFE_MS)
        inbox.purge(to_ms(ctx.now() - KEEP_EVENTS))
    sweep_files(ctx)
