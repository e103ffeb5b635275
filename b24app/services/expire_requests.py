"""End the requests whose deadline has passed; run by the worker every minute."""

from __future__ import annotations

from b24app.domain.acts import Expire
from b24app.errors import NotAllowed
from b24app.services.context import Context
from b24app.services.record import apply
from b24app.store import requests


def expire_requests(ctx: Context) -> int:
    """Returns how many have ended now."""
    ended = 0
    for row in requests.due(ctx.now()):
        try:
            apply(ctx, row.portal, row.id, Expire())
            ended += 1
        except NotAllowed:  # signed, voided or sealed in this very moment
            continue
    return ended
