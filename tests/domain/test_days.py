"""Calendar days in every time zone there is, the nights of daylight saving time among them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.domain.days import day_of, end_of, last_day_before, morning_of, zone_named

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
DAYS = st.dates(date(2020, 1, 1), date(2037, 12, 31))
TICK = timedelta(milliseconds=1)


@given(DAYS, ZONES)
@settings(max_examples=500, deadline=None)
def test_a_day_ends_with_its_last_moment(day, zone):
    end = end_of(day, zone)
    assert day_of(end - TICK, zone) == day
    assert day_of(end, zone) == day + timedelta(days=1)
    assert last_day_before(end, zone) == day


@given(DAYS, ZONES)
@settings(max_examples=500, deadline=None)
def test_a_morning_is_nine_o_clock_of_its_day(day, zone):
    there = morning_of(day, zone).astimezone(zone)
    assert (there.date(), there.hour, there.minute) == (day, 9, 0)
    assert end_of(day - timedelta(days=1), zone) < morning_of(day, zone) < end_of(day, zone)


@pytest.mark.parametrize(
    ("name", "day", "ends"),
    [
        ("Europe/Berlin", date(2026, 3, 5), datetime(2026, 3, 5, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 5), datetime(2026, 3, 6, 5, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 23), datetime(2026, 4, 23, 22, tzinfo=UTC)),  # its midnight does not exist
        (
            "America/Havana",
            date(2026, 10, 31),
            datetime(2026, 11, 1, 4, tzinfo=UTC),
        ),  # there are two midnights after it
        ("Pacific/Kiritimati", date(2026, 3, 5), datetime(2026, 3, 5, 10, tzinfo=UTC)),
    ],
)
def test_the_end_of_known_days(name, day, ends):
    assert end_of(day, ZoneInfo(name)) == ends


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "a\0b"])
def test_a_name_that_is_no_zone_means_utc(name):
    assert zone_named(name).key == "UTC"
