"""When a portal can be served: its messages' own times, its pauses, its bucket (`since`: see rate), its lease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from b24app.clock import from_ms, to_ms
from b24app.outbox import rate
from b24app.store import outbox
from b24app.store.outbox import LETTERS, PORTAL
from b24app.store.prepared import Prepared, hole
from b24app.store.tables import Portal

Times = Mapping[str, list[int]]
LANES = tuple(dict.fromkeys(outbox.LANES.values()))
PAUSES: Mapping[str, tuple[Any, Any]] = {
    PORTAL: (Portal.pause_until, Portal.failures),
    LETTERS: (Portal.mail_pause_until, Portal.mail_failures),
}


COLUMNS = (
    Portal.member_id,
    Portal.lease_until,
    Portal.tokens_milli,
    Portal.tokens_at,
    *(column for pair in PAUSES.values() for column in pair),
)
_READ = Prepared(lambda: Portal.select(*COLUMNS).where(Portal.member_id == hole("portal")))
BATCH = 4  # tokens an empty bucket gathers before its portal is served again: a quarter of the hints, the same rate


def read(portal: str) -> Portal | None:
    """Read what decides about serving a portal, and no more: this happens with every message."""
    return _READ.one(Portal, COLUMNS, portal=portal)


def open_lanes(row: Portal, now: datetime, since: int = 0) -> list[str]:
    """List the lanes in which a message may be begun at this moment."""
    ready = [lane for lane in LANES if _paused_until(row, lane) <= to_ms(now)]
    return [lane for lane in ready if lane != PORTAL or rate.wait_ms(row, now, since=since) == 0]


def times(portal: str) -> Times:
    """Read when the next messages of each lane are due."""
    return outbox.next_times(portal, BATCH)


def wake_at(row: Portal, times: Times, now: datetime, since: int = 0) -> datetime | None:
    """Tell when a portal has work that can be begun, its lease being free; None when there is nothing to do."""
    moments = list(_moments(row, times, now, since))
    return from_ms(min(moments)) if moments else None


def bucket_wait_s(row: Portal, times: Times, now: datetime, since: int = 0) -> float:
    """Tell for how long due messages of the portal's lane are put off because its bucket is empty; 0 when none is."""
    if not rate.wait_ms(row, now, since=since) or _paused_until(row, PORTAL) > to_ms(now):
        return 0.0
    due = times.get(PORTAL)
    return _wait_ms(row, due, now, since) / 1000 if due and due[0] <= to_ms(now) else 0.0


def _moments(row: Portal, times: Times, now: datetime, since: int) -> Iterator[int]:
    for lane, of_lane in times.items():
        tokens_at = to_ms(now) + _wait_ms(row, of_lane, now, since) if lane == PORTAL else 0
        yield max(of_lane[0], tokens_at, _paused_until(row, lane), row.lease_until)


def _wait_ms(row: Portal, times: list[int], now: datetime, since: int) -> int:
    """Wait for a token for each of the next messages that are due, when there is not even one."""
    due = sum(time <= to_ms(now) for time in times)
    return rate.wait_ms(row, now, max(1, due), since) if rate.wait_ms(row, now, since=since) else 0


def _paused_until(row: Portal, lane: str) -> int:
    return getattr(row, PAUSES[lane][0].name) if lane in PAUSES else 0
