"""The `time` block of every answer (docs: settings/how-to-call-rest-api/general-principles.md)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import moments


@dataclass(frozen=True)
class Stopwatch:
    """Started when made."""

    started: float = field(default_factory=time.time)
    _moment: float = field(default_factory=time.perf_counter)

    @property
    def spent_s(self) -> float:
        return time.perf_counter() - self._moment

    def block(self, operating: float = 0.0, reset_at: int | None = None) -> dict[str, Any]:
        """`operating` and its reset time are counted per method and application; the rest is this call's."""
        duration = self.spent_s
        timing: dict[str, Any] = {
            "start": self.started,
            "finish": self.started + duration,
            "duration": duration,
            "processing": duration,
            "date_start": moments.iso(self.started),
            "date_finish": moments.iso(self.started + duration),
            "operating": operating,
        }
        if reset_at is not None:
            timing["operating_reset_at"] = reset_at
        return timing
