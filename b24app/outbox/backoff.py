"""How long to wait after a failure: twice as long each time, at most an hour, never all at the same moment."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_S = 3600.0
Jitter = Callable[[], float]  # like random.random: 0 <= x < 1


def delay_s(attempts: int, jitter: Jitter) -> float:
    """Return three to four quarters of min(1 h, 2^attempts s)."""
    whole = min(LONGEST_S, 2.0 ** min(attempts, 12))
    return whole * (1 - jitter() / 4)
