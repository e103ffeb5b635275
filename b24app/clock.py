"""The one place that reads the time; everything else is handed a value or a Clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the present moment as an aware UTC datetime, to the millisecond: what tables can keep."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_ms(moment: datetime) -> int:
    """Turn an aware datetime into integer milliseconds since 1970, the form in which tables keep times."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Turn integer milliseconds since 1970 into an aware UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def monotonic_s() -> float:
    """Read a clock in seconds that only goes forward; for measuring, not for dates."""
    return time.monotonic()
