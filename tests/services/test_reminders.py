"""Reminders as signers get them: on the morning of the day, once, by the system or by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import pytest

from b24app.domain.events import EventType
from b24app.domain.reminders import Reminders
from b24app.errors import NotAllowed
from b24app.services.act_on_time import act_on_time
from b24app.services.change_reminders import change_reminders
from b24app.services.change_signer import change_signer
from b24app.services.composing import FormRefused
from b24app.services.live_card import sentence
from b24app.services.remind_signer import remind_everybody, remind_signer
from b24app.services.send_request import send_request
from b24app.services.words import speaker
from b24app.store import audit, requests
from b24app.store.database import writing
from b24app.store.tables import Request
from tests.services.desk import ANN, ANNA, MARCO, REFUSED, Desk
from tests.services.time_passing import EVERY_DAY, PLAN, berlin, due_at, happened


def remind_all(desk: Desk, request_id: str) -> int:
    """Press the button of the live card."""
    with writing():
        return remind_everybody(desk.ctx, desk.portal, ANNA, request_id)


def test_sent_on_monday_he_is_reminded_on_thursday_morning_and_so_on(desk, until):
    desk.send(ANN, reminders=PLAN)
    assert until(berlin(25)) == ["Thu 05 09:00 ann@lee.example", "Mon 09 09:00 ann@lee.example"]


def test_one_more_goes_out_on_the_day_before_the_deadline(desk, until):
    desk.send(ANN, reminders=replace(PLAN, before_deadline=True), expires_on=date(2026, 3, 13))
    assert until(berlin(13, 23)) == [f"{day} 09:00 ann@lee.example" for day in ("Thu 05", "Mon 09", "Thu 12")]


def test_working_days_only_leave_the_weekend_in_peace(desk, until):
    plan = replace(EVERY_DAY, most=5, working_days_only=True)
    desk.send(ANN, reminders=plan)
    written = until(berlin(12))
    assert [line[:6] for line in written] == ["Tue 03", "Wed 04", "Thu 05", "Fri 06", "Mon 09"]


def test_only_whose_turn_it_is_counted_from_his_own_invitation(desk, until):
    desk.send(ANN, MARCO, reminders=replace(PLAN, most=1))
    until(berlin(6, 12))
    desk.sign(ANN.email)
    assert until(berlin(20)) == ["Mon 09 09:00 marco@rossi.example"]


def test_nobody_is_reminded_once_it_is_over_for_him(desk, until):
    desk.send(ANN, reminders=EVERY_DAY, needs_approval=True)
    desk.send(replace(ANN, email=REFUSED), reminders=EVERY_DAY)
    desk.sign(ANN.email)
    assert until(berlin(9)) == []


def test_a_corrected_address_is_counted_anew(desk, until):
    request_id = desk.send(ANN, reminders=PLAN)
    until(berlin(4, 16))
    signer = requests.load("acme", request_id).signers[0]
    change_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    desk.work()
    assert until(berlin(8)) == ["Sat 07 09:00 ann@new.example"]


def test_a_worker_that_was_down_over_the_weekend_sends_one_reminder(desk, clocks, until):
    request_id = desk.send(ANN, reminders=EVERY_DAY)
    until(berlin(5, 20))
    clocks.moment = berlin(9, 10).astimezone(UTC)
    assert until(berlin(9, 12), looks=[(10, 30), (11, 0)]) == ["Mon 09 10:30 ann@lee.example"]
    assert until(berlin(10, 8)) == []
    assert happened(request_id, EventType.SIGNER_REMINDED) == 4


def test_a_worker_that_comes_back_at_night_waits_for_the_morning(desk, clocks, until):
    desk.send(ANN, reminders=EVERY_DAY)
    clocks.moment = berlin(8, 2).astimezone(UTC)
    assert until(berlin(8, 10)) == ["Sun 08 09:00 ann@lee.example"]


def test_a_mail_server_that_was_down_for_days_gets_one_reminder_and_not_a_second_on_that_day(desk, clocks, until):
    desk.send(ANN, reminders=EVERY_DAY)
    with desk.without_mail():
        assert until(berlin(5, 8)) == []
    clocks.go(minutes=59)
    desk.work()
    assert len(desk.letters_to(ANN.email)) == 2
    assert until(berlin(6, 10)) == ["Fri 06 09:00 ann@lee.example"]


def test_an_invitation_that_had_to_wait_for_the_mail_server_is_what_days_are_counted_from(desk, clocks, until):
    form = desk.form(desk.open(), ANN, reminders=EVERY_DAY)
    with desk.without_mail():
        send_request(desk.ctx, desk.portal, ANNA, form)
        desk.work()
        assert until(berlin(5, 8)) == []
    clocks.go(minutes=59)
    desk.work()
    [letter] = desk.letters_to(ANN.email)
    assert letter["Subject"].startswith("Please sign")
    assert until(berlin(6, 10)) == ["Fri 06 09:00 ann@lee.example"]


def test_looking_twice_in_the_same_minute_writes_once(desk, clocks):
    request_id = desk.send(ANN, reminders=PLAN)
    clocks.moment = berlin(5).astimezone(UTC)
    assert [act_on_time(desk.ctx) for _ in range(3)] == [1, 0, 0]
    assert happened(request_id, EventType.SIGNER_REMINDED) == 1


def test_the_system_leaves_out_a_day_on_which_an_employee_has_reminded(desk, clocks, until):
    request_id = desk.send(ANN, reminders=PLAN)
    clocks.moment = berlin(5, 8).astimezone(UTC)
    assert remind_all(desk, request_id) == 1
    desk.work()
    assert until(berlin(12)) == ["Mon 09 09:00 ann@lee.example"]


def test_by_hand_on_a_day_with_a_reminder_is_refused_and_says_when_it_is_possible(desk, clocks, until):
    request_id = desk.send(ANN, reminders=PLAN)
    until(berlin(5, 9))
    clocks.go(hours=8)
    signer = requests.load("acme", request_id).signers[0]
    with pytest.raises(NotAllowed) as refused:
        remind_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id)
    said = speaker("en")(refused.value.message, **refused.value.params)
    assert said == (
        "The last reminder to Ann Lee was sent on March 5, 2026, 09:00. "
        "You can send the next one from March 6, 2026, 00:00 (Europe/Berlin)."
    )
    clocks.moment = berlin(6, 0).astimezone(UTC)
    assert remind_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id)


def test_of_several_only_those_are_reminded_who_have_not_been(desk, clocks):
    request_id = desk.send(ANN, replace(MARCO, order=1))
    ann, _marco = requests.load("acme", request_id).signers
    remind_signer(desk.ctx, desk.portal, ANNA, request_id, ann.id)
    assert remind_all(desk, request_id) == 1
    with pytest.raises(NotAllowed):
        remind_all(desk, request_id)


def test_reminders_are_turned_off_and_on_while_it_is_out(desk, until):
    request_id = desk.send(ANN, reminders=PLAN)
    change_reminders(desk.ctx, desk.portal, ANNA, request_id, replace(PLAN, is_on=False))
    assert due_at(request_id) is None
    assert until(berlin(6)) == []
    change_reminders(desk.ctx, desk.portal, ANNA, request_id, replace(PLAN, first_days=5))
    assert due_at(request_id) == berlin(7)


def test_the_timeline_says_that_it_was_automatic(desk, clocks):
    request_id = desk.send(ANN, reminders=PLAN)
    clocks.moment = berlin(5).astimezone(UTC)
    act_on_time(desk.ctx)
    request, event = requests.load("acme", request_id), audit.events("acme", request_id)[-1]
    assert sentence(request, event, speaker("en")).startswith("An automatic reminder about")
    assert sentence(request, replace(event, data={}), speaker("en")).startswith("A reminder about")


def test_a_request_of_before_there_were_reminders_has_none(desk, clocks, until):
    request_id = desk.send(ANN, reminders=PLAN)
    with writing():
        Request.update(reminders=None).where(Request.id == request_id).execute()
    assert until(berlin(12)) == []


def test_reminders_of_the_form_are_checked(desk, clocks):
    with pytest.raises(FormRefused) as refused:
        desk.send(ANN, reminders=Reminders(first_days=0, every_days=91, most=0), expires_on=date(9999, 12, 31))
    assert set(refused.value.problems) == {"remind_first", "remind_every", "remind_most", "expires_on"}
