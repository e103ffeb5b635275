"""On which days a signer is reminded: a pure count of calendar days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.reminders import OFF, Reminders, next_reminder_day, reminder_days

MONDAY = date(2026, 3, 2)
PLAN = Reminders(first_days=3, every_days=4, most=3, before_deadline=False)
DAYS = st.dates(date(2020, 1, 1), date(2037, 12, 31))
PLANS = st.builds(
    Reminders,
    st.booleans(),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(1, 6),
    st.booleans(),
    st.booleans(),
)


def march(*days: int) -> list[date]:
    return [date(2026, 3, day) for day in days]


def test_sent_on_monday_and_after_three_days_means_thursday():
    assert reminder_days(PLAN, MONDAY, None) == march(5, 9, 13)


def test_working_days_only_moves_a_weekend_to_monday_and_counts_on_from_there():
    daily = replace(PLAN, first_days=1, every_days=1, working_days_only=True)
    assert reminder_days(daily, date(2026, 3, 5), None) == march(6, 9, 10)


def test_one_more_on_the_day_before_the_deadline():
    plan = replace(PLAN, before_deadline=True)
    assert reminder_days(plan, MONDAY, date(2026, 3, 20)) == march(5, 9, 13, 19)
    assert reminder_days(plan, MONDAY, date(2026, 3, 10)) == march(5, 9)
    assert reminder_days(replace(plan, is_on=False), MONDAY, date(2026, 3, 20)) == march(19)


def test_the_day_before_a_deadline_on_monday_is_friday_where_only_working_days_count():
    plan = replace(OFF, before_deadline=True, working_days_only=True)
    assert reminder_days(plan, MONDAY, date(2026, 3, 9)) == march(6)
    assert reminder_days(plan, date(2026, 3, 6), date(2026, 3, 9)) == []


def test_nothing_after_the_deadline_and_nothing_when_off():
    assert reminder_days(PLAN, MONDAY, date(2026, 3, 9)) == march(5, 9)
    assert reminder_days(OFF, MONDAY, date(2026, 3, 9)) == []


def test_several_missed_days_are_one_reminder():
    daily = replace(PLAN, first_days=1, every_days=1, most=5)
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert next_reminder_day(daily, date(2026, 3, 5), friday, None, today=monday) == monday
    assert next_reminder_day(daily, date(2026, 3, 5), monday, None, today=monday) == date(2026, 3, 10)


def test_a_missed_day_is_made_up_for_on_a_working_day_where_only_those_count():
    plan = replace(PLAN, first_days=1, most=1, working_days_only=True)
    assert next_reminder_day(plan, date(2026, 3, 5), None, None, today=date(2026, 3, 7)) == date(2026, 3, 9)


def test_a_reminder_by_hand_settles_its_day_and_leaves_the_others():
    assert next_reminder_day(PLAN, MONDAY, date(2026, 3, 4), None, MONDAY) == date(2026, 3, 5)
    assert next_reminder_day(PLAN, MONDAY, date(2026, 3, 5), None, MONDAY) == date(2026, 3, 9)


@given(PLANS, DAYS, st.none() | st.integers(0, 60))
def test_days_are_in_order_within_their_bounds_and_not_too_many(plan, invited_on, length):
    deadline_on = None if length is None else invited_on + timedelta(days=length)
    days = reminder_days(plan, invited_on, deadline_on)
    assert days == sorted(set(days))
    assert len(days) <= plan.most * plan.is_on + plan.before_deadline
    assert all(invited_on < day <= (deadline_on or date.max) for day in days)
    assert not (plan.working_days_only and any(day.weekday() > 4 for day in days))


@given(PLANS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_the_next_day_is_never_past_nor_one_that_is_settled(plan, invited_on, reminded, passed):
    reminded_on, today = invited_on + timedelta(days=min(reminded, passed)), invited_on + timedelta(days=passed)
    day = next_reminder_day(plan, invited_on, reminded_on, None, today)
    assert day is None or (day >= today and day > reminded_on)


@given(PLANS, DAYS)
def test_looked_at_every_day_the_plan_is_carried_out_to_the_letter(plan, invited_on):
    reminded: list[date] = []
    for passed in range(150):
        today = invited_on + timedelta(days=passed)
        if next_reminder_day(plan, invited_on, reminded[-1] if reminded else None, None, today) == today:
            reminded.append(today)
    assert reminded == reminder_days(plan, invited_on, None)
