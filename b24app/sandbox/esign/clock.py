"""A service's own time: real, until a test pushes it forward."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Unix time plus what `advance` added; whoever waits for a moment is told of the jump."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead_s = 0.0
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> float:
        return time.time() + self._ahead_s

    def seconds(self) -> int:
        """Whole seconds, as answers and events carry them."""
        return int(self.now())

    def watch(self, tell: Callable[[], None]) -> None:
        self._watchers.append(tell)

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        with self._lock:
            self._ahead_s += seconds
        for tell in self._watchers:
            tell()

    def moment(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)
