"""The portal's bucket of calls: 50 at once, then 1.9 a second, counted in the portal's row for all processes together.

Bitrix24 allows 2 a second and a burst of 50 per portal and source address; beyond that it answers 503
(facts: settings/performance). Everything that calls the portal takes a token, web requests and token refresh too.

`since`, in milliseconds, is the moment since when the asking process knows its clock to have run evenly: nothing flows
in for the time before it, so that a clock put forward fills no bucket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from b24app.clock import Clock, steady_since_ms, to_ms
from b24app.errors import N_, BitrixError, NotFound
from b24app.store.database import writing
from b24app.store.prepared import Prepared, hole
from b24app.store.tables import Portal

TOKEN_MILLI = 1000
BURST_MILLI = 50 * TOKEN_MILLI
MILLI_PER_10_MS = 19  # 1.9 tokens a second
PATIENCE_S = 2.0

OnWait = Callable[[str, float, str], object]  # portal, seconds, how it ended: waited | postponed | refused

_prepaid: ContextVar[str] = ContextVar("prepaid", default="")
_until: ContextVar[datetime | None] = ContextVar("until", default=None)


def ignore_wait(_portal: str, _seconds: float, _how: str) -> None: ...


def filled(row: Portal, now: datetime, since: int = 0) -> int:
    """Compute what the bucket holds now, in thousandths of a token."""
    elapsed_ms = max(0, to_ms(now) - max(row.tokens_at, since))
    return min(BURST_MILLI, row.tokens_milli + elapsed_ms * MILLI_PER_10_MS // 10)


def wait_ms(row: Portal, now: datetime, tokens: int = 1, since: int = 0) -> int:
    """Tell how long until so many tokens are there; 0 when they are."""
    missing = tokens * TOKEN_MILLI - filled(row, now, since)
    return max(0, -(-missing * 10 // MILLI_PER_10_MS))


def one_less(row: Portal, now: datetime, since: int = 0) -> tuple[int, int]:
    """Return what the bucket holds without one token, in thousandths, and when that was."""
    return filled(row, now, since) - TOKEN_MILLI, max(to_ms(now), row.tokens_at)


def is_unchanged() -> Any:
    """Return the condition that nobody has touched the bucket since it was read, with holes for what was read."""
    same = (Portal.tokens_milli == hole("milli_read")) & (Portal.tokens_at == hole("at_read"))
    return (Portal.member_id == hole("portal")) & same


def as_read(row: Portal) -> dict[str, int | str]:
    """Return what fills the holes of `is_unchanged`."""
    return {"portal": row.member_id, "milli_read": row.tokens_milli, "at_read": row.tokens_at}


_BUCKET = (Portal.member_id, Portal.tokens_milli, Portal.tokens_at)
_READ = Prepared(lambda: Portal.select(*_BUCKET).where(Portal.member_id == hole("portal")))
_TAKE = Prepared(lambda: Portal.update(tokens_milli=hole("tokens"), tokens_at=hole("at")).where(is_unchanged()))


def take(portal: str, now: datetime, since: int = 0) -> int:
    """Take a token. Returns 0 when it was granted, else the milliseconds to wait before asking again."""
    with writing():
        while True:
            row = _bucket(portal)
            wait = wait_ms(row, now, since=since)
            tokens, at = one_less(row, now, since)
            if wait or _TAKE.change(tokens=tokens, at=at, **as_read(row)):
                return wait


def _bucket(portal: str) -> Portal:
    found = _READ.one(Portal, _BUCKET, portal=portal)
    if found is None:
        raise NotFound(N_("Paraph is not installed in this Bitrix24."))
    return found


def empty(portal: str, now: datetime) -> None:
    """Pour the bucket out: the portal said that it is asked too often."""
    with writing():
        Portal.update(tokens_milli=0, tokens_at=to_ms(now)).where(Portal.member_id == portal).execute()


@contextmanager
def prepaid(portal: str) -> Iterator[None]:
    """Let the first call to the portal in this block go through: the worker took its token with the message."""
    mark = _prepaid.set(portal)
    try:
        yield
    finally:
        _prepaid.reset(mark)


@contextmanager
def within(until: datetime | None) -> Iterator[None]:
    """Let no call to a portal begin in this block after a moment: the lease is over then, others are at work."""
    mark = _until.set(until)
    try:
        yield
    finally:
        _until.reset(mark)


class PortalLimiter:
    """The bucket of one portal as the REST client wants it."""

    def __init__(
        self,
        portal: str,
        now: Clock,
        sleep: Callable[[float], object] = time.sleep,
        *,
        on_wait: OnWait = ignore_wait,
    ) -> None:
        self._portal = portal
        self._now = now
        self._sleep = sleep
        self._on_wait = on_wait

    def take(self) -> None:
        """Take a token, waiting for at most two seconds.

        Raises: BitrixError(code="rate_wait") with the time to wait, when the queue is longer than that;
        BitrixError(code="lease_over") where `within` forbids to begin.
        """
        self._check_lease()
        if _prepaid.get() == self._portal:
            _prepaid.set("")
            return
        waited_s = 0.0
        while wait := take(self._portal, self._now(), steady_since_ms(self._now)) / 1000:
            if waited_s + wait > PATIENCE_S:
                self._on_wait(self._portal, waited_s, "refused")
                raise BitrixError(
                    N_("Bitrix24 is receiving too many requests right now. Try again in a few seconds."),
                    code="rate_wait",
                    retry_after_s=wait,
                )
            self._sleep(wait)
            waited_s += wait
        if waited_s:
            self._on_wait(self._portal, waited_s, "waited")

    def empty(self) -> None:
        empty(self._portal, self._now())

    def _check_lease(self) -> None:
        until = _until.get()
        if until is not None and self._now() >= until:
            raise BitrixError(
                N_("This step took too long. Paraph will try again automatically."),
                code="lease_over",
                retry_after_s=1.0,
            )
