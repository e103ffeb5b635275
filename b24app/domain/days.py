"""Calendar days in a time zone, daylight saving time included: when a day's morning is, when the day is over. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MORNING = time(9)
SATURDAY = 5
_TICK = timedelta(milliseconds=1)  # the smallest step of a time that tables keep


def zone_named(name: str) -> ZoneInfo:
    """Find a time zone; UTC for a name that is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def morning_of(day: date, zone: ZoneInfo) -> datetime:
    """Return nine o'clock there, in UTC."""
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment that no longer belongs to the day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def last_day_before(end: datetime, zone: ZoneInfo) -> date:
    """Return the day that `end_of` made this moment of."""
    return day_of(end - _TICK, zone)


def is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY
