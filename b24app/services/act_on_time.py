"""Do what time itself causes: remind signers, end requests whose last day is over. Run by every worker once a minute.

Each request is looked at again in its row's lock, so that of several workers one acts. While the clock has jumped
nothing happens; a request that cannot be handled is put off and holds up no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import structlog
from peewee import InterfaceError, OperationalError

from b24app.clock import monotonic_s
from b24app.domain.timetable import due_acts
from b24app.services.context import Context
from b24app.services.record import apply_locked
from b24app.store import requests
from b24app.store.database import writing
from b24app.store.requests import Due

LOOK_AGAIN = timedelta(minutes=10)
SLICE_S = 20.0  # of each minute; the rest belongs to the outbox

log = structlog.get_logger()


def act_on_time(ctx: Context, for_s: float = SLICE_S) -> int:
    """Handle what is due, the longest due first, until nothing is left or the time is over.

    Returns how many requests have changed; the others come in the next minute.
    """
    until_s, changed = monotonic_s() + for_s, 0
    for due in _due(ctx):
        changed += _handle(ctx, due)
        if monotonic_s() >= until_s:
            break
    return changed


def _due(ctx: Context) -> Iterator[Due]:
    last: Due | None = None
    while now := ctx.trusted_now():
        page = requests.due(now, last)
        if not page:
            return
        yield from page
        last = page[-1]


def _handle(ctx: Context, due: Due) -> bool:
    try:
        has_changed = _act(ctx, due)
    except (OperationalError, InterfaceError):  # the database itself: no row's fault
        raise
    except Exception as error:
        log.error("time_passed_by", portal=due.portal, request=due.id, error=type(error).__name__)
        with writing():
            requests.put_off(due.portal, due.id, ctx.now() + LOOK_AGAIN)
        return False
    if has_changed:
        ctx.hints.hint(due.portal)
    return has_changed


def _act(ctx: Context, due: Due) -> bool:
    with writing():
        now = ctx.trusted_now()
        request = requests.lock_due(due.portal, due.id, now) if now else None
        if request is None or now is None:
            return False
        acts = due_acts(request, now)
        apply_locked(ctx, request, acts, now)
        return bool(acts)
