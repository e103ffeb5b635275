"""What time itself causes: reminders in the morning, the end after the last day; once, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from b24app.clock import WatchedClock, from_ms
from b24app.domain.events import EventType, Topic
from b24app.domain.reminders import Reminders
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import NotAllowed
from b24app.outbox.worker import Worker
from b24app.services import sign_document
from b24app.services.act_on_time import act_on_time
from b24app.services.change_deadline import change_deadline
from b24app.services.change_reminders import change_reminders
from b24app.services.change_signer import change_signer
from b24app.services.housekeeping import each_minute
from b24app.services.live_card import live_card, sentence
from b24app.services.remind_signer import remind_everybody, remind_signer
from b24app.services.words import speaker
from b24app.store import audit, outbox, requests
from b24app.store.database import reading, writing
from b24app.store.tables import Composer, OutboxMessage, Request
from tests.hand_clocks import HandClocks
from tests.outbox.test_hints import until as until_true
from tests.portal_room import add_portal
from tests.services.desk import ANN, ANNA, MARCO, REFUSED, Desk

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = Reminders(first_days=3, every_days=4, most=2, before_deadline=False)
EVERY_DAY = Reminders(first_days=1, every_days=1, most=9, before_deadline=False)


def berlin(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)


@pytest.fixture
def clocks(desk: Desk) -> HandClocks:
    """Monday, two in the afternoon in Berlin; the desk goes by it."""
    clocks = HandClocks(berlin(2, 14).astimezone(UTC))
    desk.keep_time(clocks.wall)
    return clocks


@pytest.fixture
def until(desk: Desk, clocks: HandClocks):
    """Let time pass, looking four times a day; returns when somebody was written to."""

    def pass_until(end: datetime, looks: Iterable[tuple[int, int]] = ((0, 0), (8, 59), (9, 0), (16, 0))) -> list[str]:
        begun, written = clocks.wall().astimezone(BERLIN), []
        for day, (hour, minute) in product(range(begun.day, end.day + 1), looks):
            moment = berlin(day, hour, minute)
            if begun < moment <= end:
                written += look(moment)
        clocks.moment = end.astimezone(UTC)
        return written

    def look(moment: datetime) -> list[str]:
        before, clocks.moment = len(desk.sink.letters), moment.astimezone(UTC)
        if act_on_time(desk.ctx):
            desk.work()
        return [f"{moment:%a %d %H:%M} {address_of(letter)}" for letter in desk.sink.letters[before:]]

    return pass_until


def address_of(letter: EmailMessage) -> str:
    return str(letter["To"].addresses[0].addr_spec)


def happened(request_id: str, type: EventType) -> int:
    return sum(event.type == type for event in audit.events("acme", request_id))


def status(request_id: str) -> Status:
    return requests.load("acme", request_id).status


def due_at(request_id: str) -> datetime | None:
    due = requests.row("acme", request_id).due_at
    return from_ms(due) if due else None


# -- reminders ------------------------------------------------------------------------------------------------------


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


def test_looking_twice_in_the_same_minute_writes_once(desk, clocks):
    request_id = desk.send(ANN, reminders=PLAN)
    clocks.moment = berlin(5).astimezone(UTC)
    assert [act_on_time(desk.ctx) for _ in range(3)] == [1, 0, 0]
    assert happened(request_id, EventType.SIGNER_REMINDED) == 1


def test_the_system_leaves_out_a_day_on_which_an_employee_has_reminded(desk, clocks, until):
    request_id = desk.send(ANN, reminders=PLAN)
    clocks.moment = berlin(5, 8).astimezone(UTC)
    assert remind_everybody(desk.ctx, desk.portal, ANNA, request_id) == 1
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
    assert remind_everybody(desk.ctx, desk.portal, ANNA, request_id) == 1
    with pytest.raises(NotAllowed):
        remind_everybody(desk.ctx, desk.portal, ANNA, request_id)


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


# -- the last day ---------------------------------------------------------------------------------------------------


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


# -- trust ----------------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_ahead_ends_and_reminds_nothing_and_signing_goes_on(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    ends = desk.send(ANN, expires_on=date(2026, 3, 6))
    reminds = desk.send(MARCO, reminders=replace(PLAN, first_days=1))
    opened = desk.open()
    clocks.jump(days=1, hours=16)
    each_minute(desk.ctx)
    assert (status(ends), happened(reminds, EventType.SIGNER_REMINDED)) == (Status.AWAITING_SIGNATURES, 0)
    assert Composer.get_or_none(Composer.id == opened) is not None
    desk.sign(ANN.email)
    assert status(ends) is Status.AWAITING_APPROVAL


def test_after_ten_minutes_the_new_time_is_believed(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    request_id = desk.send(ANN, expires_on=date(2026, 3, 6))
    clocks.jump(days=2)
    each_minute(desk.ctx)
    clocks.go(minutes=10)
    each_minute(desk.ctx)
    assert status(request_id) is Status.EXPIRED


def test_a_clock_that_is_back_is_believed_at_once(desk):
    clocks = HandClocks(berlin(5, 8, 30).astimezone(UTC))
    desk.keep_time(WatchedClock(clocks.wall, clocks.monotonic))
    request_id = desk.send(ANN, expires_on=date(2026, 3, 6), reminders=replace(PLAN, first_days=1))
    clocks.jump(hours=23)
    each_minute(desk.ctx)
    clocks.jump(hours=-23)
    clocks.go(days=1, minutes=30)
    each_minute(desk.ctx)
    assert happened(request_id, EventType.SIGNER_REMINDED) == 1


def many(desk: Desk, count: int) -> list[str]:
    """Copies of one request, due one second after the other, the last made the longest."""
    first = desk.send(ANN, reminders=PLAN)
    row, signer = requests.row("acme", first), requests.SignerRow.get()
    with writing():
        for number in range(1, count):
            made = row.__data__ | {"id": f"copy-{number:03}", "due_at": row.due_at - 1000 * number}
            Request.insert(made).execute()
            requests.SignerRow.insert(signer.__data__ | {"id": f"signer-{number}", "request": made["id"]}).execute()
    return [f"copy-{number:03}" for number in range(count - 1, 0, -1)] + [first]


def reminded() -> list[str]:
    messages = OutboxMessage.select().where(OutboxMessage.topic == "remind").order_by(OutboxMessage.id)
    return [message.request for message in messages]


def test_more_than_a_page_is_handled_oldest_first(desk, clocks):
    oldest_first = many(desk, 230)
    clocks.moment = berlin(5).astimezone(UTC)
    assert act_on_time(desk.ctx) == 230
    assert reminded() == oldest_first


def test_what_does_not_fit_into_a_minutes_slice_comes_with_the_next(desk, clocks):
    oldest_first = many(desk, 3)
    clocks.moment = berlin(5).astimezone(UTC)
    assert [act_on_time(desk.ctx, for_s=0) for _ in range(4)] == [1, 1, 1, 0]
    assert reminded() == oldest_first


@pytest.mark.parametrize("damage", [{"reminders": {"first_days": "soon"}}, {"status": "nonsense"}])
def test_a_damaged_row_is_put_off_and_holds_up_no_other(desk, clocks, damage):
    damaged, *others = many(desk, 3)
    with writing():
        Request.update(**damage).where(Request.id == damaged).execute()
    clocks.moment = berlin(5).astimezone(UTC)
    assert act_on_time(desk.ctx) == 2
    assert reminded() == others
    assert due_at(damaged) == berlin(5, 9, 10)


def test_a_row_that_cannot_even_be_read_holds_up_no_other(desk, clocks):
    damaged, *others = many(desk, 3)
    with writing():
        Request._meta.database.execute_sql("UPDATE request SET reminders = '{' WHERE id = 'copy-002'")
    clocks.moment = berlin(5).astimezone(UTC)
    assert (damaged, act_on_time(desk.ctx), reminded()) == ("copy-002", 2, others)


def test_a_request_that_waits_for_nothing_is_not_looked_at_again(desk, clocks):
    request_id = desk.send(ANN)
    with writing():
        Request.update(due_at=1).where(Request.id == request_id).execute()
    assert act_on_time(desk.ctx) == 0
    assert due_at(request_id) is None


def test_a_request_of_before_there_were_reminders_has_none(desk, clocks, until):
    request_id = desk.send(ANN, reminders=PLAN)
    with writing():
        Request.update(reminders=None).where(Request.id == request_id).execute()
    assert until(berlin(12)) == []


def test_the_outbox_goes_on_while_many_requests_are_due(desk, clocks):
    def act() -> None:
        with reading():
            act_on_time(desk.ctx)

    many(desk, 150)
    add_portal(desk.ctx, "globex")
    clocks.moment = berlin(5).astimezone(UTC)
    minute, done = threading.Thread(target=act), []
    minute.start()
    until_true(lambda: len(reminded()) > 10)
    with writing():
        outbox.enqueue("globex", "other", 1, Topic.RELAY, {}, clocks.wall())
    handlers = dict.fromkeys(Topic, lambda message: done.append(message.key))
    Worker(handlers, desk.ctx.hints, clocks.wall, "w").serve_portal("globex")
    assert (done, minute.is_alive()) == (["other:1"], True)
    minute.join(60)
    assert len(reminded()) == 150


def test_reminders_of_the_form_are_checked(desk, clocks):
    with pytest.raises(Exception) as refused:
        desk.send(ANN, reminders=Reminders(first_days=0, every_days=91, most=0), expires_on=date(9999, 12, 31))
    assert set(refused.value.problems) == {"remind_first", "remind_every", "remind_most", "expires_on"}
