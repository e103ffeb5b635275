"""What time itself causes: deadlines pass, openings of the popup are forgotten, files nobody needs go."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.expire_requests import expire_requests
from b24app.services.sweep_files import sweep_files
from b24app.store import composers
from b24app.store.database import writing


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute; the files come last, for their store may be slow."""
    expire_requests(ctx)
    with writing():
        composers.purge(to_ms(ctx.now()) - composers.LIFE_MS)
    sweep_files(ctx)
