"""Calls counted in fixed windows of time."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """How a caller stands after this call. `reset_at` is unix time."""

    limit: int
    remaining: int
    reset_at: int
    exceeded: bool


class Windows:
    """Counters by key and window; a refused call is not counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int, int], int] = {}
        self.enforced = True

    def take(self, key: str, limit: int, length_s: int, now: float) -> Standing:
        """Count a call of `key` within the present window of `length_s` seconds."""
        start = int(now // length_s)
        with self._lock:
            used = self._counts.get((key, length_s, start), 0)
            exceeded = self.enforced and used >= limit
            if not exceeded:
                self._counts[key, length_s, start] = used = used + 1
        return Standing(limit, max(0, limit - used), (start + 1) * length_s, exceeded)

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()
