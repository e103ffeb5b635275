"""One worker's turn with one portal: lease, claim, settle, leave. Each step is one short transaction.

The lease and the bucket stand in the portal's row. Every change is conditional on what was read before it, so that it
is right on PostgreSQL too, where others may write between two statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from b24app.clock import Clock, steady_since_ms, to_ms
from b24app.domain.events import Topic
from b24app.outbox import rate, schedule
from b24app.outbox.backoff import Jitter, delay_s
from b24app.outbox.message import DeadRule, Message, OnDead, describe, trouble
from b24app.outbox.rate import OnWait
from b24app.outbox.schedule import PAUSES
from b24app.outbox.verdict import AT_WORK_S, Verdict, judge
from b24app.store import outbox
from b24app.store.database import database
from b24app.store.outbox import EVENTS, LETTERS, LOOKS, PORTAL, PROVIDER, SEAL, VISITS
from b24app.store.prepared import Prepared, hole
from b24app.store.tables import Portal

LEASE_MS: Mapping[str, int] = {
    PORTAL: 45_000,
    LETTERS: 120_000,
    SEAL: 120_000,
    PROVIDER: 120_000,
    EVENTS: 45_000,
    LOOKS: 120_000,
    VISITS: 120_000,
}  # > a handler's timeouts
AFTER_CRASH_MS = {**LEASE_MS, PORTAL: LEASE_MS[PORTAL] + int(AT_WORK_S * 1000)}
"""When a message whose worker died is begun again: its last call to the portal must be over by then."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Policy:
    """How failures and waits are treated."""

    rules: Mapping[Topic, DeadRule]
    on_dead: OnDead
    jitter: Jitter
    on_wait: OnWait


class Turn:
    """The time between taking a portal's lease and giving it back; its methods run inside the caller's transaction."""

    def __init__(self, portal: str, holder: str, policy: Policy, clock: Clock) -> None:
        self.portal = portal
        self.wake_at: datetime | None = None
        self._clock = clock
        self._holder = holder
        self._policy = policy

    def claim(self, now: datetime) -> Message | None:
        """Pick the next message, take or renew the lease, take its token, count its attempt.

        Every change is conditional on what was read, so that of two workers reading the same only one goes on.
        """
        row = schedule.read(self.portal)
        if row is None:
            return None
        found = outbox.next_due(self.portal, schedule.open_lanes(row, now, self._since), now)
        if found is None or not self._hold(row, found.lane, now):
            return None
        again_at = now + timedelta(milliseconds=AFTER_CRASH_MS[found.lane])
        if not outbox.begin_attempt(found, again_at):
            return None
        return Message.of(found, now + timedelta(milliseconds=LEASE_MS[found.lane]))

    def settle(self, message: Message, error: Exception | None, now: datetime) -> bool:
        """Write down how a message ended; False when the lease has gone to somebody else, and nothing is written."""
        until = to_ms(now) + LEASE_MS[message.lane]
        renew = _RENEW if error else _RENEW_WELL[message.lane]
        if not renew.change(until=until, **self._mine):
            log.warning("lease_lost")
            return False
        if error is None:
            outbox.finish(message.key, now)
        else:
            self._fail(message, error, now)
        return True

    def leave(self, now: datetime) -> None:
        """Give the lease back and note when the portal has work again; who holds it now will call for himself."""
        _LEAVE.change(**self._mine)
        row = schedule.read(self.portal)
        if row and row.lease_until <= to_ms(now):
            times = schedule.times(self.portal)
            self.wake_at = schedule.wake_at(row, times, now, self._since)
            if wait_s := schedule.bucket_wait_s(row, times, now, self._since):
                self._policy.on_wait(self.portal, wait_s, "postponed")

    def _hold(self, row: Portal, lane: str, now: datetime) -> bool:
        bucket = rate.one_less(row, now, self._since) if lane == PORTAL else (row.tokens_milli, row.tokens_at)
        tokens, at = bucket
        until = to_ms(now) + LEASE_MS[lane]
        held = _HOLD.change(holder=self._holder, until=until, tokens=tokens, at=at, now=to_ms(now), **rate.as_read(row))
        return bool(held)

    def _fail(self, message: Message, error: Exception, now: datetime) -> None:
        rule = self._policy.rules[message.topic]
        verdict = judge(error, message, rule, self._policy.jitter)
        if verdict.dies and self._bury(message, error, rule, now):
            return
        wait_s = verdict.wait_s or delay_s(message.attempts, self._policy.jitter)
        rest_until = now + timedelta(seconds=verdict.rest_s)
        outbox.put_off(message.key, now, now + timedelta(seconds=wait_s), describe(error), rest_until)
        self._slow_down(message.lane, verdict, now)
        log.info("message_put_off", **trouble(error), wait_s=round(wait_s, 1))

    def _bury(self, message: Message, error: Exception, rule: DeadRule, now: datetime) -> bool:
        """Mark it dead and tell, both or neither."""
        try:
            with database.atomic():
                outbox.bury(message.key, now, describe(error), blocks=rule.then == "stop")
                self._policy.on_dead(message, error)
        except Exception:
            log.exception("telling_of_dead_message_failed", **trouble(error))
            return False
        log.warning("message_dead", **trouble(error), then=rule.then)
        return True

    def _slow_down(self, lane: str, verdict: Verdict, now: datetime) -> None:
        if lane == PORTAL and verdict.asked_s:
            rate.empty(self.portal, now)
        if verdict.is_down:
            until, failures = PAUSES[lane]
            count = getattr(Portal.get_by_id(self.portal), failures.name) + 1
            pause = timedelta(seconds=max(verdict.asked_s, delay_s(count, self._policy.jitter)))
            change = {until: to_ms(now + pause), failures: count}
            Portal.update(change).where(Portal.member_id == self.portal).execute()

    @property
    def _since(self) -> int:
        return steady_since_ms(self._clock)

    @property
    def _mine(self) -> dict[str, str]:
        return {"portal": self.portal, "holder": self._holder}


def _is_mine() -> Any:
    return (Portal.member_id == hole("portal")) & (Portal.lease_by == hole("holder"))


def _hold() -> Any:
    is_free = (Portal.lease_until <= hole("now")) | (Portal.lease_by == hole("holder"))
    held = {"lease_by": hole("holder"), "lease_until": hole("until")}
    return Portal.update(**held, tokens_milli=hole("tokens"), tokens_at=hole("at")).where(rate.is_unchanged() & is_free)


def _renewed(**also: int) -> Prepared:
    return Prepared(lambda: Portal.update(lease_until=hole("until"), **also).where(_is_mine()))


_HOLD = Prepared(_hold)
_RENEW = _renewed()
_RENEW_WELL = {
    lane: _renewed(**dict.fromkeys((column.name for column in PAUSES.get(lane, ())), 0)) for lane in LEASE_MS
}
"""A message done well ends its lane's pause."""
_LEAVE = Prepared(lambda: Portal.update(lease_by="", lease_until=0).where(_is_mine()))
