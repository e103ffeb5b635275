"""The worker's sign of life: one row, written at its start and once a minute in a transaction that it makes anyway."""

from __future__ import annotations

from datetime import datetime

from b24app.clock import to_ms
from b24app.store.tables import Heartbeat, upsert

WORKER = "worker"
LATELY_S = 300  # a worker with a long queue comes to it late


def beat(now: datetime) -> None:
    upsert(Heartbeat, name=WORKER, at=to_ms(now))


def age_s(now: datetime) -> float | None:
    """Tell how long ago a worker was last seen; None when none ever was."""
    row = Heartbeat.get_or_none(Heartbeat.name == WORKER)
    return max(0, to_ms(now) - row.at) / 1000 if row else None
