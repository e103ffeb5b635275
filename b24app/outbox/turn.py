"""One worker's turn with one portal: lease, claim, settle, leave. Each step is one short transaction.

The lease and the bucket stand in the portal's row; the first statement of every transaction here updates that row, so
that on PostgreSQL too everybody else waits for its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.outbox import rate, schedule
from b24app.outbox.backoff import Jitter, delay_s
from b24app.outbox.message import DeadRule, Message, OnDead, about, describe
from b24app.outbox.schedule import PAUSES
from b24app.outbox.verdict import Verdict, judge
from b24app.store import outbox
from b24app.store.database import database
from b24app.store.outbox import LETTERS, PORTAL, PROVIDER, SEAL
from b24app.store.tables import Portal

LEASE_MS: Mapping[str, int] = {
    PORTAL: 45_000,
    LETTERS: 120_000,
    SEAL: 120_000,
    PROVIDER: 45_000,
}  # > a handler's timeouts

log = structlog.get_logger()


@dataclass(frozen=True)
class Policy:
    """How failures are treated."""

    rules: Mapping[Topic, DeadRule]
    on_dead: OnDead
    jitter: Jitter


class Turn:
    """The time between taking a portal's lease and giving it back; its methods run inside the caller's transaction."""

    def __init__(self, portal: str, holder: str, policy: Policy) -> None:
        self.portal = portal
        self.wake_at: datetime | None = None
        self._holder = holder
        self._policy = policy

    def begin(self, now: datetime) -> bool:
        """Take the lease, unless somebody else holds it or nothing can be begun; a doubled hint costs no write."""
        row = Portal.get_or_none(Portal.member_id == self.portal)
        if row is None:
            return False
        if outbox.next_due(self.portal, schedule.open_lanes(row, now), now) is None:
            self.wake_at = schedule.wake_at(self.portal, now) if row.lease_until <= to_ms(now) else None
            return False
        free = (Portal.lease_until <= to_ms(now)) | (Portal.lease_by == self._holder)
        return self._lease(free, to_ms(now) + LEASE_MS[PORTAL])

    def claim(self, now: datetime) -> Message | None:
        """Pick the next message, count its attempt, take its token and renew the lease for its lane."""
        row = Portal.get_by_id(self.portal)
        found = outbox.next_due(self.portal, schedule.open_lanes(row, now), now)
        if found is None:
            return None
        if found.lane == PORTAL:
            rate.spend(row, now)
        outbox.begin_attempt(found)
        self._lease(self._is_mine(), to_ms(now) + LEASE_MS[found.lane])
        return Message.of(found)

    def settle(self, message: Message, error: Exception | None, now: datetime) -> bool:
        """Write down how a message ended; False when the lease has gone to somebody else, and nothing is written."""
        if not self._lease(self._is_mine(), to_ms(now) + LEASE_MS[message.lane]):
            log.warning("lease_lost", portal=self.portal, key=message.key)
            return False
        if error is None:
            outbox.finish(message.key, now)
            self._clear_pause(message.lane)
        else:
            self._fail(message, error, now)
        return True

    def leave(self, now: datetime) -> None:
        """Give the lease back and note when the portal has work again."""
        Portal.update(lease_by="", lease_until=0).where(self._is_mine()).execute()
        self.wake_at = schedule.wake_at(self.portal, now)

    def _fail(self, message: Message, error: Exception, now: datetime) -> None:
        rule = self._policy.rules[message.topic]
        verdict = judge(error, message, rule, self._policy.jitter)
        if verdict.dies and self._bury(message, error, rule, now):
            return
        wait_s = verdict.wait_s or delay_s(message.attempts, self._policy.jitter)
        outbox.put_off(message.key, now + timedelta(seconds=wait_s), describe(error))
        self._slow_down(message.lane, verdict, now)
        log.info("message_put_off", **about(message, error), wait_s=round(wait_s, 1))

    def _bury(self, message: Message, error: Exception, rule: DeadRule, now: datetime) -> bool:
        """Mark it dead and tell, both or neither."""
        try:
            with database.atomic():
                outbox.bury(message.key, now, describe(error), blocks=rule.then == "stop")
                self._policy.on_dead(message, error)
        except Exception:
            log.exception("telling_of_dead_message_failed", **about(message, error))
            return False
        log.warning("message_dead", **about(message, error), then=rule.then)
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

    def _clear_pause(self, lane: str) -> None:
        if lane in PAUSES:
            until, failures = PAUSES[lane]
            was_down = (Portal.member_id == self.portal) & (failures > 0)
            Portal.update({until: 0, failures: 0}).where(was_down).execute()

    def _is_mine(self) -> Any:
        return (Portal.member_id == self.portal) & (Portal.lease_by == self._holder)

    def _lease(self, condition: Any, until_ms: int) -> bool:
        query = Portal.update(lease_by=self._holder, lease_until=until_ms)
        return bool(query.where((Portal.member_id == self.portal) & condition).execute())
