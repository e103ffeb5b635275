"""A connection's bucket of calls, in its row, for all processes together. Every call to a provider takes from it.

A provider counts the calls of one account a minute, those that send or fetch documents more strictly: these weigh
more, so that one bucket serves both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from b24app.clock import Clock, steady_since_ms, to_ms
from b24app.errors import N_, ProviderError, Trouble
from b24app.outbox.verdict import OWN_LIMIT
from b24app.store.database import writing
from b24app.store.tables import Connection

MINUTE_MS = 60_000
CALL_MILLI = 1000
PATIENCE_S = 2.0


@dataclass(frozen=True)
class ConnectionLimiter:
    """Lets so many calls through in any minute: a fifth of them may come at once, the others grow back meanwhile."""

    connection: str
    per_minute: int
    heavy_per_minute: int
    now: Clock
    sleep: Callable[[float], object] = time.sleep

    def take(self, *, heavy: bool = False) -> None:
        """Take one call, waiting for at most two seconds.

        Raises: ProviderError(RATE_LIMITED) with the time to wait, when it is longer than that.
        """
        waited_s = 0.0
        while wait := self._take(self._heavy_cost if heavy else CALL_MILLI) / 1000:
            if waited_s + wait > PATIENCE_S:
                raise ProviderError(
                    N_("The signing service is asked too often right now. Paraph will go on automatically."),
                    kind=Trouble.RATE_LIMITED,
                    code=OWN_LIMIT,
                    retry_after_s=wait,
                )
            self.sleep(wait)
            waited_s += wait

    @property
    def _heavy_cost(self) -> int:
        return CALL_MILLI * self.per_minute // self.heavy_per_minute

    @property
    def _at_once(self) -> int:
        return max(self.per_minute * CALL_MILLI // 5, self._heavy_cost)

    def _take(self, cost: int) -> int:
        """Take what a call weighs. Returns 0 when it was granted, else the milliseconds to wait."""
        with writing():
            while True:
                row = Connection.get_by_id(self.connection)
                now_ms = max(to_ms(self.now()), row.tokens_at)
                grown = max(0, now_ms - self._since(row)) * self._growth // MINUTE_MS
                left = min(self._at_once, row.tokens_milli + grown) - cost
                if left < 0:
                    return now_ms - to_ms(self.now()) - left * MINUTE_MS // self._growth
                same = (Connection.tokens_milli == row.tokens_milli) & (Connection.tokens_at == row.tokens_at)
                change = {"tokens_milli": left, "tokens_at": now_ms}
                if Connection.update(**change).where((Connection.id == row.id) & same).execute():
                    return 0

    def _since(self, row: Connection) -> int:
        """Tell since when it has grown: a clock put forward fills no bucket, one that was never asked of is full."""
        return max(row.tokens_at, steady_since_ms(self.now)) if row.tokens_at else 0

    @property
    def _growth(self) -> int:
        """What grows back in a minute, in thousandths of a call."""
        return self.per_minute * CALL_MILLI * 4 // 5


def empty(connection: str, until: datetime) -> None:
    """Pour the bucket out; it begins to fill again at a moment: the provider said that it is asked too often."""
    with writing():
        Connection.update(tokens_milli=0, tokens_at=to_ms(until)).where(Connection.id == connection).execute()
