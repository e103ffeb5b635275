"""The last day for signing: whole, told to everybody, moved while the document is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import NotAllowed
from b24app.services import sign_document
from b24app.services.act_on_time import act_on_time
from b24app.services.change_deadline import change_deadline
from b24app.services.live_card import live_card
from b24app.services.words import speaker
from b24app.store import requests
from b24app.store.tables import OutboxMessage
from tests.services.desk import ANN, ANNA, MARCO
from tests.services.time_passing import BERLIN, PLAN, berlin, status


def test_until_the_fifth_means_the_whole_day_there(desk, clocks):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5))
    token = desk.token(ANN.email)
    clocks.moment = datetime(2026, 3, 5, 22, 59, 59, 999_000, tzinfo=UTC)
    assert act_on_time(desk.ctx) == 0
    assert sign_document.open_link(desk.ctx, token).expires_on == date(2026, 3, 5)
    clocks.go(milliseconds=1)
    assert sign_document.open_link(desk.ctx, token).reason == "expired"
    assert act_on_time(desk.ctx) == 1
    assert status(request_id) is Status.EXPIRED


def test_signed_in_the_last_moment_it_counts(desk, clocks):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5))
    clocks.moment = datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)
    desk.sign(ANN.email)
    assert status(request_id) is Status.AWAITING_APPROVAL


def test_a_signer_in_the_middle_of_it_is_stopped_with_a_reason_though_the_worker_is_late(desk, clocks):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5))
    token = desk.token(ANN.email)
    sign_document.record_consent(desk.ctx, token, "I agree.", "", "")
    clocks.moment = berlin(6, 0).astimezone(UTC)
    with pytest.raises(NotAllowed):
        sign_document.finish(desk.ctx, token, "", "")
    closed = sign_document.open_link(desk.ctx, token)
    assert (closed.reason, closed.expires_on) == ("expired", date(2026, 3, 5))
    assert requests.load("acme", request_id).signers[0].status is SignerStatus.INVITED


def test_the_letters_say_the_last_day(desk, clocks):
    desk.send(ANN, expires_on=date(2026, 3, 5))
    assert "Sign by: March 5, 2026" in desk.letters_to(ANN.email)[0].get_body(("plain",)).get_content()


def test_the_card_shows_the_last_day_and_not_the_one_after(desk, clocks):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5))
    shown = live_card(requests.load("acme", request_id), speaker("en"))
    assert shown.deadline.astimezone(BERLIN) == berlin(5, 23, 59)


def test_signers_are_told_that_it_is_over_and_why(desk, clocks):
    request_id = desk.send(ANN, replace(MARCO, order=1), expires_on=date(2026, 3, 5))
    clocks.moment = berlin(6, 1).astimezone(UTC)
    act_on_time(desk.ctx)
    desk.work()
    english, ukrainian = (desk.letters_to(x.email)[-1].get_body(("plain",)).get_content() for x in (ANN, MARCO))
    assert "it could be signed until the end of March 5, 2026" in english
    assert "5 березня 2026" in ukrainian
    assert [m.topic for m in OutboxMessage.select().where(OutboxMessage.request == request_id)].count("relay") == 2


def test_a_deadline_that_was_moved_is_kept(desk, clocks, until):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5), reminders=replace(PLAN, is_on=False, before_deadline=True))
    until(berlin(4, 12))
    change_deadline(desk.ctx, desk.portal, ANNA, request_id, date(2026, 3, 9))
    assert until(berlin(9, 23)) == ["Sun 08 09:00 ann@lee.example"]
    assert status(request_id) is Status.AWAITING_SIGNATURES
    until(berlin(10, 0))
    assert status(request_id) is Status.EXPIRED


def test_a_deadline_can_still_be_moved_when_the_worker_was_late(desk, clocks):
    request_id = desk.send(ANN, expires_on=date(2026, 3, 5))
    clocks.moment = berlin(6, 8).astimezone(UTC)
    change_deadline(desk.ctx, desk.portal, ANNA, request_id, date(2026, 3, 9))
    desk.sign(ANN.email)
    assert status(request_id) is Status.AWAITING_APPROVAL
