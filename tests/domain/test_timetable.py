"""When time causes something in a request: mornings there, the last moment of the last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.domain.acts import ChangeDeadline, ChangeReminders, ChangeSigner, Expire, RecordLetter, Remind, Retry
from b24app.domain.days import day_of, end_of, morning_of
from b24app.domain.events import SYSTEM, EventType
from b24app.domain.reminders import OFF, Reminders
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.timetable import due_acts, next_by_hand, next_moment, next_reminder
from b24app.domain.transitions import decide
from b24app.errors import NotAllowed

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 14, tzinfo=BERLIN)
PLAN = Reminders(first_days=3, every_days=4, most=3, before_deadline=False)
MOMENTS = st.integers(1_577_836_800, 2_143_324_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
HOURS = [datetime(2026, 3, 2, *at, tzinfo=BERLIN) for at in ((0, 0), (8, 59), (9, 0), (14, 30), (23, 59, 59))]


def request(invited_at: datetime = MONDAY, **changes) -> SignatureRequest:
    ann = Signer("a", 1, "Ann Lee", "ann@lee.example", 1, status=SignerStatus.INVITED, invited_at=invited_at)
    marco = Signer("b", 2, "Marco Rossi", "marco@rossi.example", 2)
    made = SignatureRequest("r1", "acme", "Agreement", Status.AWAITING_SIGNATURES, (ann, marco), 7, 6, True, 1, 77)
    return replace(made, **{"time_zone": "Europe/Berlin", "reminders": PLAN, **changes})


def reminded(made: SignatureRequest, at: datetime, by: int | None = None) -> SignatureRequest:
    return decide(made, Remind("a", by), at)[0]


def berlin(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize("sent", HOURS)
def test_sent_on_monday_the_reminder_comes_on_thursday_morning_whatever_the_hour(sent):
    assert next_moment(request(sent), sent) == berlin(5)


def test_a_day_is_counted_where_the_request_is_at_home():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # Tuesday in Berlin, Monday in New York
    assert next_moment(request(late), late) == berlin(6)
    new_york = request(late, time_zone="America/New_York")
    assert next_moment(new_york, late) == datetime(2026, 3, 5, 14, tzinfo=UTC)


def test_nine_o_clock_stays_nine_o_clock_over_the_change_of_time():
    made = request(berlin(27), reminders=replace(PLAN, first_days=1, every_days=1))
    mornings = [next_moment(made, berlin(27)).astimezone(UTC).hour]
    for day in (28, 29):
        made = reminded(made, berlin(day))
        mornings.append(next_moment(made, berlin(day)).astimezone(UTC).hour)
    assert mornings == [8, 7, 7]


def test_a_reminder_is_refused_before_its_morning_and_after_it_was_sent():
    with pytest.raises(NotAllowed):
        reminded(request(), berlin(5, 8, 59))
    done, [event] = decide(request(), Remind("a"), berlin(5))
    assert (event.type, event.actor, event.data) == (EventType.SIGNER_REMINDED, SYSTEM, {"automatic": True})
    with pytest.raises(NotAllowed):
        reminded(done, berlin(5, 10))
    assert next_moment(done, berlin(5, 10)) == berlin(9)


def test_a_letter_that_went_out_late_moves_the_days():
    made = decide(request(), RecordLetter("a", "invitation"), berlin(4))[0]
    assert next_moment(made, berlin(4)) == berlin(7)
    assert decide(request(), RecordLetter("a", "invitation"), MONDAY + timedelta(minutes=59))[0] == request()
    made = decide(reminded(request(), berlin(5)), RecordLetter("a", "reminder"), berlin(9, 8))[0]
    assert next_moment(made, berlin(9, 8)) == berlin(13)


def test_a_worker_that_was_down_reminds_once_and_not_at_night():
    made = request(reminders=replace(PLAN, first_days=1, every_days=1, most=9))
    assert due_acts(made, berlin(8, 3)) == []
    assert next_moment(made, berlin(8, 3)) == berlin(8)
    assert due_acts(made, berlin(8, 11)) == [Remind("a")]
    assert next_moment(reminded(made, berlin(8, 11)), berlin(8, 11)) == berlin(9)


def test_on_a_day_with_a_reminder_by_hand_the_system_sends_none():
    made = reminded(request(), berlin(5, 8), by=7)
    assert due_acts(made, berlin(5, 9)) == []
    assert next_moment(made, berlin(5, 9)) == berlin(9)


def test_on_a_day_with_a_reminder_of_the_system_nobody_sends_another():
    made = reminded(request(), berlin(5))
    with pytest.raises(NotAllowed) as refused:
        reminded(made, berlin(5, 17), by=7)
    assert refused.value.params["next"] == berlin(6, 0)
    assert reminded(made, berlin(6, 0), by=7).signers[0].reminded_at == berlin(6, 0)


def test_around_midnight_an_hour_must_pass():
    made = reminded(request(), berlin(4, 23, 40), by=7)
    assert next_by_hand(made, made.signers[0]) == berlin(5, 0, 40)
    with pytest.raises(NotAllowed, match="Ann Lee"):
        reminded(made, berlin(5, 0, 39), by=7)
    assert reminded(made, berlin(5, 0, 40), by=7)


def test_who_waits_for_his_turn_is_not_reminded():
    made = request()
    assert next_reminder(made, made.signers[1], berlin(20)) is None


@pytest.mark.parametrize("status", [SignerStatus.SIGNED, SignerStatus.DECLINED, SignerStatus.BOUNCED])
def test_who_has_answered_or_cannot_be_reached_is_not_reminded(status):
    made = request()
    made = made.with_signer(made.signers[0], status=status)
    assert next_moment(made, berlin(5)) is None


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.AWAITING_SIGNATURES}))
def test_a_request_that_is_not_out_reminds_nobody(status):
    assert due_acts(request(status=status), berlin(20)) == []


def test_a_corrected_address_is_counted_anew():
    made = reminded(request(), berlin(5))
    made, _ = decide(made, ChangeSigner("a", "Ann", "ann@new.example", 7), berlin(5, 15))
    assert next_moment(made, berlin(5, 15)) == berlin(8)
    assert reminded(made, berlin(5, 16), by=7)


def test_a_corrected_name_is_counted_anew_but_stays_reminded_for_the_day():
    made = reminded(request(), berlin(5))
    made, _ = decide(made, ChangeSigner("a", "Ann B. Lee", "ann@lee.example", 7), berlin(5, 15))
    assert next_moment(made, berlin(5, 15)) == berlin(8)
    with pytest.raises(NotAllowed):
        reminded(made, berlin(5, 16), by=7)


def test_a_retry_is_an_invitation_anew():
    failed = request(status=Status.FAILED)
    assert next_moment(failed, berlin(6)) is None
    assert next_moment(decide(failed, Retry(7), berlin(6))[0], berlin(6)) == berlin(9)


def test_the_next_one_is_counted_from_his_own_invitation():
    made = request()
    made = made.with_signer(made.signers[0], status=SignerStatus.SIGNED)
    made = made.with_signer(made.signers[1], status=SignerStatus.INVITED, invited_at=berlin(10, 16))
    assert next_moment(made, berlin(10, 16)) == berlin(13)


def test_the_last_day_is_a_whole_day():
    made = request(expires_at=end_of(date(2026, 3, 5), BERLIN), reminders=OFF)
    last = datetime(2026, 3, 5, 23, 59, 59, 999_000, tzinfo=BERLIN)
    assert due_acts(made, last) == []
    assert due_acts(made, last + timedelta(milliseconds=1)) == [Expire()]
    assert next_moment(made, MONDAY) == last + timedelta(milliseconds=1)


def test_a_deadline_that_was_moved_is_the_one_that_counts():
    made = request(expires_at=end_of(date(2026, 3, 5), BERLIN))
    moved, [event] = decide(made, ChangeDeadline(end_of(date(2026, 3, 9), BERLIN), 7), berlin(4))
    assert (event.data["was"], event.data["expires_on"]) == ("2026-03-05", "2026-03-09")
    with pytest.raises(NotAllowed):
        decide(moved, Expire(), berlin(6, 0))
    assert decide(moved, ChangeDeadline(moved.expires_at, 7), berlin(4)) == (moved, [])


def test_a_deadline_in_the_past_is_refused():
    with pytest.raises(NotAllowed, match="later than today"):
        decide(request(), ChangeDeadline(berlin(4), 7), berlin(4))


def test_reminders_can_be_turned_off_and_on_again():
    off, [event] = decide(request(), ChangeReminders(OFF, 7), MONDAY)
    assert (next_moment(off, MONDAY), event.data["off"]) == (None, True)
    assert decide(off, ChangeReminders(OFF, 7), MONDAY) == (off, [])
    assert next_moment(decide(off, ChangeReminders(PLAN, 7), MONDAY)[0], MONDAY) == berlin(5)


def test_after_the_deadline_it_ends_and_reminds_nobody():
    made = request(expires_at=end_of(date(2026, 3, 5), BERLIN))
    assert due_acts(made, berlin(20)) == [Expire()]


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    sent=MOMENTS,
    first=st.integers(1, 20),
)
@settings(max_examples=300, deadline=None)
def test_in_every_zone_the_first_reminder_is_nine_in_the_morning_so_many_days_later(zone, sent, first):
    home = ZoneInfo(zone)
    made = request(sent, time_zone=zone, reminders=replace(PLAN, first_days=first))
    moment = next_moment(made, sent)
    assert moment == morning_of(day_of(sent, home) + timedelta(days=first), home)
    there = moment.astimezone(home)
    assert (there.date() - sent.astimezone(home).date(), there.hour) == (timedelta(days=first), 9)


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    sent=MOMENTS,
    steps=st.lists(st.tuples(st.integers(0, 60 * 40), st.booleans()), max_size=40),
    working=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_however_time_passes_nobody_is_reminded_twice_on_one_day(zone, sent, steps, working):
    plan = Reminders(first_days=1, every_days=1, most=5, working_days_only=working)
    made, now, home, sent_on = request(sent, time_zone=zone, reminders=plan), sent, ZoneInfo(zone), []
    for minutes, by_hand in steps:
        now += timedelta(minutes=minutes)
        for act in [*due_acts(made, now), *([Remind("a", 7)] if by_hand else [])]:
            try:
                made, _events = decide(made, act, now)
            except NotAllowed:
                continue
            sent_on.append(day_of(now, home))
        assert due_acts(made, now) == []
        assert next_moment(made, now) is None or next_moment(made, now) > now
    assert len(sent_on) == len(set(sent_on))
