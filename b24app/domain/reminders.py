"""On which days a signer is reminded by the system. Whole calendar days only; no clock, no time zone in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from b24app.domain.days import is_weekend

MOST_DAYS = 90
MOST_TIMES = 20


@dataclass(frozen=True)
class Reminders:
    """What was decided for a request, or for a portal until somebody decides otherwise.

    `before_deadline` is one more letter beside the regular ones, which `is_on` switches and `most` limits.
    """

    is_on: bool = True
    first_days: int = 3
    every_days: int = 3
    most: int = 3
    before_deadline: bool = True
    working_days_only: bool = False

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Reminders:
        """Read what `asdict` wrote, by this version or another."""
        return cls(**{field.name: kept[field.name] for field in fields(cls) if field.name in kept})

    @property
    def are_off(self) -> bool:
        return not (self.is_on or self.before_deadline)


USUAL = Reminders()
OFF = Reminders(is_on=False, before_deadline=False)


def reminder_days(plan: Reminders, invited_on: date, deadline_on: date | None) -> list[date]:
    """List the days of a signer invited on one day, in order; none is that day itself or after the deadline."""
    days = set(_regular(plan, invited_on)) if plan.is_on else set()
    if plan.before_deadline and deadline_on is not None:
        days.add(_workday(deadline_on - timedelta(days=1), plan, -1))
    return sorted(day for day in days if day > invited_on and (deadline_on is None or day <= deadline_on))


def next_reminder_day(
    plan: Reminders, invited_on: date, reminded_on: date | None, deadline_on: date | None, today: date
) -> date | None:
    """Pick the day of the next reminder, today or later; None when there will be none.

    A reminder of any kind settles its own day and those before it. Several missed days lead to one reminder.
    """
    settled = max(invited_on, reminded_on or invited_on)
    day = next((day for day in reminder_days(plan, invited_on, deadline_on) if day > settled), None)
    if day is None:
        return None
    day = day if day >= today else _workday(today, plan, 1)
    return day if deadline_on is None or day <= deadline_on else None


def _regular(plan: Reminders, invited_on: date) -> Iterator[date]:
    day = invited_on
    for number in range(plan.most):
        day = _workday(day + timedelta(days=plan.every_days if number else plan.first_days), plan, 1)
        yield day


def _workday(day: date, plan: Reminders, step: int) -> date:
    """Go on to the next working day, or back to the last one, where only those count."""
    while plan.working_days_only and is_weekend(day):
        day += timedelta(days=step)
    return day
