"""When a portal can be served: its messages' own times, its pauses, its bucket, its lease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from b24app.clock import from_ms, to_ms
from b24app.outbox import rate
from b24app.store import outbox
from b24app.store.outbox import LETTERS, PORTAL, PROVIDER, SEAL
from b24app.store.tables import Portal

PAUSES: Mapping[str, tuple[Any, Any]] = {
    PORTAL: (Portal.pause_until, Portal.failures),
    LETTERS: (Portal.mail_pause_until, Portal.mail_failures),
}


def open_lanes(row: Portal, now: datetime) -> list[str]:
    """List the lanes in which a message may be begun at this moment."""
    return [lane for lane in (PORTAL, LETTERS, SEAL, PROVIDER) if _opens_at(row, lane, now) <= to_ms(now)]


def wake_at(portal: str, now: datetime) -> datetime | None:
    """Tell when a portal has work that can be begun, its lease being free; None when there is nothing to do."""
    moments = list(_moments(Portal.get_by_id(portal), now))
    return from_ms(min(moments)) if moments else None


def _moments(row: Portal, now: datetime) -> Iterator[int]:
    for lane in (PORTAL, LETTERS, SEAL, PROVIDER):
        due = outbox.next_at(row.member_id, lane)
        if due is not None:
            yield max(due, _opens_at(row, lane, now), row.lease_until)


def _opens_at(row: Portal, lane: str, now: datetime) -> int:
    pause_until = getattr(row, PAUSES[lane][0].name) if lane in PAUSES else 0
    return max(pause_until, to_ms(now) + rate.wait_ms(row, now)) if lane == PORTAL else pause_until
