"""How often one address may knock with links that lead nowhere.

Soft and in this process only: a link has 256 random bits and cannot be guessed, so this merely keeps noise away. Links
that lead somewhere are never slowed down, for many people may share one address.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

MISSES = 20
WINDOW_S = 600.0
_ADDRESSES_KEPT = 10_000


class Attempts:
    """Counts misses by address within a window."""

    def __init__(self) -> None:
        self._misses: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def miss(self, address: str, now_s: float) -> bool:
        """Count one miss; say whether this address has had too many."""
        with self._lock:
            since, count = self._misses.pop(address, (now_s, 0))
            if now_s - since > WINDOW_S:
                since, count = now_s, 0
            self._misses[address] = (since, count + 1)
            while len(self._misses) > _ADDRESSES_KEPT:
                self._misses.popitem(last=False)
            return count >= MISSES
