"""Dates as the portal writes them: ISO 8601 in the portal's own zone (UTC+3)."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=3))


def now_iso() -> str:
    """The present moment, e.g. 2026-11-24T12:00:00+03:00."""
    return datetime.now(ZONE).isoformat(timespec="seconds")


def iso(timestamp: float) -> str:
    """A unix time in the portal's zone."""
    return datetime.fromtimestamp(timestamp, ZONE).isoformat(timespec="seconds")


def ago(*, days: float = 0, hours: float = 0) -> str:
    """A moment in the past, for example data."""
    return (datetime.now(ZONE) - timedelta(days=days, hours=hours)).isoformat(timespec="seconds")


def utc_iso(timestamp: float) -> str:
    """A unix time as the OAuth server writes it."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds")


def unix() -> str:
    """`ts` of events."""
    return str(int(time.time()))


def parse(text: object) -> datetime | None:
    """Read a date or moment; None when it is neither."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def date_field(value: str) -> str:
    """A date property as crm.item.* shows it: a moment, midnight UTC in the portal's zone."""
    moment = parse(value)
    if moment is None:
        return value
    day = date(moment.year, moment.month, moment.day)
    return f"{day.isoformat()}T03:00:00+03:00"
