"""What was called: one entry for each HTTP request to a REST door."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One HTTP request. `methods` are the inner methods of a batch, empty otherwise."""

    method: str
    status: int
    user_id: int | None
    client_id: str | None
    error: str | None
    duration_s: float
    at: float
    http_method: str = "POST"
    methods: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)

    def all_methods(self) -> tuple[str, ...]:
        return self.methods or (self.method,)


class CallLog:
    """The calls of one server, oldest first; `at_work` counts those that are being answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self.at_work = 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count a request while it is being answered."""
        with self._lock:
            self.at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self.at_work -= 1

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Any:
        with self._lock:
            return iter(list(self._calls))

    def of(self, method: str) -> list[Call]:
        """Calls of one method, alone or inside a batch."""
        return [call for call in self if method.lower() in {name.lower() for name in call.all_methods()}]

    def names(self) -> list[str]:
        return [call.method for call in self]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self]

    def since(self, moment: float) -> list[Call]:
        return [call for call in self if call.at >= moment]


def clock() -> float:
    """Seconds for durations."""
    return time.perf_counter()
