"""The one place that reads the time; everything else is handed a value or a Clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the present moment as an aware UTC datetime, to the millisecond: what tables can keep."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class ServerClock:
    """The time of a server that several machines share, asked once a minute and carried on by the monotonic clock.

    Machines whose own clocks differ agree then, and a jump of one's own clock does nothing. `ask` returns milliseconds
    since 1970, or None when the server does not answer; the last answer is carried on meanwhile.
    """

    EVERY_S = 60.0
    AGAIN_S = 5.0

    def __init__(self, ask: Callable[[], int | None]) -> None:
        self._ask = ask
        self._asking = threading.Lock()
        self._known_ms = to_ms(utc_now())
        self._known_at_s = monotonic_s()
        self._ask_at_s = self._known_at_s

    def __call__(self) -> datetime:
        if monotonic_s() >= self._ask_at_s and self._asking.acquire(blocking=False):
            try:
                self._learn()
            finally:
                self._asking.release()
        known_ms, known_at_s = self._known_ms, self._known_at_s
        return from_ms(known_ms + int((monotonic_s() - known_at_s) * 1000))

    def _learn(self) -> None:
        self._ask_at_s = monotonic_s() + self.AGAIN_S
        answer = self._ask()
        if answer is not None:
            self._known_ms, self._known_at_s = answer, monotonic_s()
            self._ask_at_s = self._known_at_s + self.EVERY_S


def to_ms(moment: datetime) -> int:
    """Turn an aware datetime into integer milliseconds since 1970, the form in which tables keep times."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Turn integer milliseconds since 1970 into an aware UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def monotonic_s() -> float:
    """Read a clock in seconds that only goes forward; for measuring, not for dates."""
    return time.monotonic()
