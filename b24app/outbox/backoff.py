"""How long to wait after a failure: twice as long each time, at most an hour, never all at the same moment."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_S = 3600.0
LONGEST_ASKED_S = 600.0  # what another side may ask for: Bitrix24's longest window
Jitter = Callable[[], float]  # like random.random: 0 <= x < 1


def delay_s(attempts: int, jitter: Jitter) -> float:
    """Return three to four quarters of min(1 h, 2^attempts s)."""
    return _whole_s(attempts) * (1 - jitter() / 4)


def longest_s(attempts: int) -> float:
    """Return the longest wait that can follow so many attempts, whatever the other side asks for."""
    return max(LONGEST_ASKED_S, _whole_s(attempts))


def _whole_s(attempts: int) -> float:
    return min(LONGEST_S, 2.0 ** min(attempts, 12))
