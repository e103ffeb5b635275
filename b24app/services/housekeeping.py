"""What time itself causes: deadlines pass, silent requests are asked after, what is old is forgotten."""

from __future__ import annotations

from datetime import timedelta

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.expire_requests import expire_requests
from b24app.services.look_after_silence import look_after_silence
from b24app.store import composers, inbox
from b24app.store.database import writing

KEEP_EVENTS = timedelta(days=30)


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute."""
    expire_requests(ctx)
    look_after_silence(ctx)
    with writing():
        composers.purge(to_ms(ctx.now()) - composers.LIFE_MS)
        inbox.purge(to_ms(ctx.now() - KEEP_EVENTS))
