"""What the worker does once a minute beside the outbox: what time causes; openings of the popup are forgotten."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.services.act_on_time import act_on_time
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.database import writing


def each_minute(ctx: Context) -> None:
    """Run by the worker once a minute."""
    act_on_time(ctx)
    now = ctx.trusted_now()
    if now is not None:
        with writing():
            composers.purge(to_ms(now) - composers.LIFE_MS)
