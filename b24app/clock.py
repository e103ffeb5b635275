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


def _say_nothing(_event: str, **_about: object) -> None: ...


class WatchedClock:
    """A process's clock that notices when the wall clock jumps: every reading is compared with the monotonic clock.

    Readings are the wall clock's own. `trusted` is for what time alone causes, `steady_since` for measuring how long
    ago something was stamped: the wall clock has run evenly since then, as far as this process knows. `tell` takes a
    word and what there is to log about it.
    """

    JUMP_S = 30.0
    DISTRUST_S = 600.0
    STEP_S = 0.5  # a smaller jump is as good as none, even for counting calls

    def __init__(
        self,
        wall: Clock = utc_now,
        monotonic: Callable[[], float] = monotonic_s,
        tell: Callable[..., object] = _say_nothing,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._tell = tell
        self._lock = threading.Lock()
        self.steady_since, self._ticks_s = wall(), monotonic()
        self._ahead_s = self.steady_since.timestamp() - self._ticks_s  # of the monotonic clock
        self._right_s = self._ahead_s  # the same while the clock was trusted last
        self._distrust_until_s: float | None = None

    def __call__(self) -> datetime:
        moment, ticks_s = self._wall(), self._monotonic()
        with self._lock:
            if ticks_s >= self._ticks_s:  # else another thread has read it since
                self._compare(moment, ticks_s)
        return moment

    def trusted(self) -> datetime | None:
        """Read the time, or return None for ten minutes after a jump, unless the clock goes back to where it was."""
        moment = self()
        return moment if self._distrust_until_s is None else None

    def _compare(self, moment: datetime, ticks_s: float) -> None:
        ahead_s = moment.timestamp() - ticks_s
        jump_s, self._ahead_s, self._ticks_s = ahead_s - self._ahead_s, ahead_s, ticks_s
        if abs(jump_s) > self.STEP_S:
            self.steady_since = moment
        if abs(jump_s) > self.JUMP_S:
            self._tell("clock_jumped", by_s=round(jump_s, 1), waits_s=self.DISTRUST_S)
            self._distrust_until_s = ticks_s + self.DISTRUST_S
        self._judge(ticks_s)

    def _judge(self, ticks_s: float) -> None:
        """Trust the clock again once it is back, or once it has stayed where it is for long enough."""
        if self._distrust_until_s is not None:
            is_back = abs(self._ahead_s - self._right_s) <= self.JUMP_S
            if not is_back and ticks_s < self._distrust_until_s:
                return
            self._tell("clock_trusted_again", is_back=is_back)
            self._distrust_until_s = None
        self._right_s = self._ahead_s


def trusted(clock: Clock) -> datetime | None:
    """Read the time for what time alone causes; None while a clock that has jumped is not believed."""
    return clock.trusted() if isinstance(clock, WatchedClock) else clock()


def steady_since_ms(clock: Clock) -> int:
    """Tell since when a clock has run evenly; 0 for one that nobody watches."""
    return to_ms(clock.steady_since) if isinstance(clock, WatchedClock) else 0
