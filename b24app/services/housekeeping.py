"""What time itself causes: deadlines pass; old openings, log lines and files go; the worker gives a sign of life."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.expire_requests import expire_requests
from b24app.services.sweep_files import sweep_files
from b24app.store import composers, heartbeat
from b24app.store.database import writing


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute; the files come last, for their store may be slow."""
    expire_requests(ctx)
    ctx.rest_log.forget_old()
    with writing():
        heartbeat.beat(ctx.now())
        composers.purge(to_ms(ctx.now()) - composers.LIFE_MS)
    sweep_files(ctx)
