"""A wall clock and a monotonic clock that are moved by hand, together or one without the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class HandClocks:
    """What a process sees: `go` is time passing, `jump` somebody setting the wall clock."""

    moment: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    ticks_s: float = 0.0

    def wall(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.ticks_s

    def go(self, **by: float) -> None:
        self.moment += timedelta(**by)
        self.ticks_s += timedelta(**by).total_seconds()

    def jump(self, **by: float) -> None:
        self.moment += timedelta(**by)
