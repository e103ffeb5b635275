"""How much a portal lets itself be called (docs: settings/performance/, limits.md)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

WINDOW_S = 600
MAX_OPERATING_S = 480


@dataclass
class Bucket:
    """Leaky bucket for each source address: 50 requests, two drain every second."""

    size: float = 50
    drain_per_s: float = 2
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, source: str) -> bool:
        """Count a request; False when the bucket is full."""
        with self._lock:
            now = time.monotonic()
            level, seen = self._levels.get(source, (0.0, now))
            level = max(0.0, level - (now - seen) * self.drain_per_s)
            full = level + 1 > self.size
            self._levels[source] = (level if full else level + 1, now)
            return not full

    def empty(self) -> None:
        with self._lock:
            self._levels.clear()


@dataclass
class Operating:
    """Seconds each method has worked for each application within ten minutes; past 480 it is refused (429)."""

    _spent: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, client_id: str, method: str, seconds: float) -> tuple[float, int]:
        """Account for a call; gives `operating` and `operating_reset_at`."""
        with self._lock:
            spent, reset_at = self._current(client_id, method)
            self._spent[client_id, method] = (spent + seconds, reset_at)
            return spent + seconds, int(reset_at)

    def exhausted(self, client_id: str, method: str) -> bool:
        with self._lock:
            return self._current(client_id, method)[0] >= MAX_OPERATING_S

    def _current(self, client_id: str, method: str) -> tuple[float, float]:
        spent, reset_at = self._spent.get((client_id, method), (0.0, 0.0))
        return (spent, reset_at) if reset_at > time.time() else (0.0, time.time() + WINDOW_S)
