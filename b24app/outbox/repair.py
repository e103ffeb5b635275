"""Bring back times that lie further ahead than our own rules can put them: a clock was ahead when they were written.

Run by the sweep, so that nothing waits for the hour by which a clock was put back. Bringing back too much does no harm:
the work is begun early, within the rate.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from peewee import Case

from b24app.clock import to_ms
from b24app.outbox.backoff import LONGEST_ASKED_S, LONGEST_S, longest_s
from b24app.outbox.schedule import PAUSES
from b24app.outbox.turn import LEASE_MS
from b24app.store import outbox
from b24app.store.database import writing
from b24app.store.tables import Connection, FileSweep, Handover, OutboxMessage, Portal

CLOCKS_DIFFER_MS = 5_000  # between machines that keep the time
SPREAD_MS = 60_000 + CLOCKS_DIFFER_MS  # looks at a provider are written for the minute to come
DAY_MS = 86_400_000
KNOWN_ATTEMPTS = 12  # after so many the wait is always the longest

log = structlog.get_logger()


def pull_back(now: datetime) -> int:
    """Repair messages, leases, buckets, pauses, hints, looks and sweeps; returns how many times were wrong."""
    now_ms = to_ms(now)
    with writing():
        wrong = sum(repair(now_ms) for repair in (_messages, _leases, _buckets, _pauses, _hints, _looks, _sweeps))
    if wrong:
        log.warning("times_pulled_back", count=wrong)
    return wrong


def _messages(now_ms: int) -> int:
    """A new message is due within the minute; a tried one at most after the longest wait for its attempts."""
    wait_ms = Case(OutboxMessage.attempts, [(0, SPREAD_MS), *_waits()], _ms(LONGEST_S))
    return outbox.pull_back(now_ms, OutboxMessage.next_at > now_ms + wait_ms)


def _leases(now_ms: int) -> int:
    """Whose lease it is may still be at work: it gets the longest there is, once, and ends like any other."""
    latest = now_ms + max(LEASE_MS.values())
    return int(Portal.update(lease_until=latest).where(Portal.lease_until > latest).execute())


def _buckets(now_ms: int) -> int:
    """What was in a bucket stays in it; from now on it fills again."""
    ahead = Portal.tokens_at > now_ms + CLOCKS_DIFFER_MS
    emptied = Connection.tokens_at > now_ms + CLOCKS_DIFFER_MS + _ms(LONGEST_ASKED_S)  # at a provider's wish
    of_portals = Portal.update(tokens_at=now_ms).where(ahead).execute()
    return int(of_portals + Connection.update(tokens_at=now_ms).where(emptied).execute())


def _pauses(now_ms: int) -> int:
    return sum(
        Portal.update({until: 0}).where(until > now_ms + Case(failures, _waits(), _ms(LONGEST_S))).execute()
        for until, failures in PAUSES.values()
    )


def _hints(now_ms: int) -> int:
    return int(Portal.update(hint_at=0).where(Portal.hint_at > now_ms + _ms(LONGEST_S)).execute())


def _looks(now_ms: int) -> int:
    """A request that is silent at its provider is looked at several times a day."""
    query = Handover.update(next_look_at=now_ms).where(Handover.next_look_at > now_ms + DAY_MS)
    return int(query.execute())


def _sweeps(now_ms: int) -> int:
    """Files that nobody needs are looked for once a day."""
    return int(FileSweep.update(due_at=now_ms).where(FileSweep.due_at > now_ms + 2 * DAY_MS).execute())


def _waits() -> list[tuple[Any, int]]:
    return [(attempts, _ms(longest_s(attempts))) for attempts in range(1, KNOWN_ATTEMPTS)]


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
