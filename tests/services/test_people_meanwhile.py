"""What people do to the card while an outcome is unknown, and batches of which a part was done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from b24app.clock import to_ms
from b24app.domain.events import AuditEvent, EventType, Topic
from b24app.errors import BitrixError
from b24app.outbox.message import Message
from b24app.sandbox.portal.timeline import Record
from b24app.services.change_signer import change_signer
from b24app.services.relay_to_portal import relay_to_portal
from b24app.services.write_back import write_back
from b24app.store import audit, outbox, portals
from b24app.store.database import reading, writing
from b24app.store.tables import OutboxMessage, SignerRow
from tests.office import ANNA, OLENA, first_signer
from tests.services.room import TICK, Paper, Room, open_room


@pytest.fixture(autouse=True)
def full_bucket(room: Room) -> None:
    room.fill_bucket()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room")) as opened:
        yield opened


@pytest.fixture
def room(opened: Room) -> Iterator[Room]:
    yield opened
    opened.acme.faults.clear()
    with writing():
        portals.save(opened.acme.member_id, lang="en")


@pytest.fixture
def paper(room: Room) -> Paper:
    """A document that went out, with all its news told."""
    paper = room.send()
    room.recover()
    return paper


def lose(room: Room, method: str) -> None:
    """Work until this call's answer is lost."""
    room.acme.faults.add("answer_lost", method=method)
    room.work()
    assert room.acme.faults.listed() == []


def is_letter(event: AuditEvent) -> bool:
    return event.type is EventType.LETTER_SENT


def refuse(room: Room, method: str, error: str, times: int = 1) -> None:
    room.acme.faults.add("method_error", times=times, method=method, error=error, description="Ordered")


def comments(room: Room, paper: Paper) -> list[Record]:
    return room.acme.timeline.of((1, paper.lead), "comment")


def message(paper: Paper, topic: Topic, attempts: int = 2) -> Message:
    """The newest message of a topic, as a handler gets it."""
    with reading():
        mine = (OutboxMessage.request == paper.request_id) & (OutboxMessage.topic == topic.value)
        row = OutboxMessage.select().where(mine).order_by(OutboxMessage.seq.desc()).first()
    return Message(row.portal, row.request, row.seq, row.key, topic, row.payload, attempts, row.lane)


# -- a part was done --------------------------------------------------------------------------------------------------


def test_a_log_entry_refused_for_a_moment_leaves_one_card(room: Room) -> None:
    paper = room.send()
    refuse(room, "crm.timeline.logmessage.add", "QUERY_LIMIT_EXCEEDED")
    room.recover()
    assert (len(room.seen(paper).cards), len(room.seen(paper).texts)) == (1, 2)


def test_a_log_entry_refused_for_good_leaves_a_card_that_the_next_step_finds(room: Room) -> None:
    paper = room.send()
    refuse(room, "crm.timeline.logmessage.add", "INVALID_REQUEST")
    room.work()
    room.press(paper)
    room.recover()
    assert len(room.seen(paper).cards) == 1


def test_a_card_made_by_an_attempt_that_was_given_up_is_found_by_the_next_step(room: Room) -> None:
    paper = room.send()
    lose(room, "crm.activity.configurable.add")
    with writing():
        outbox.bury(message(paper, Topic.RELAY).key, room.clock(), "", blocks=False)
    room.recover()
    room.press(paper)
    room.recover()
    assert len(room.seen(paper).cards) == 1


def test_what_the_sender_could_not_finish_the_installer_does_not_begin_again(room: Room) -> None:
    paper = room.send()
    room.recover()
    room.remind(paper)
    refuse(room, "im.notify.system.add", "access_denied")
    room.recover()
    assert [text.startswith("A reminder") for text in room.seen(paper).texts] == [False, False, True]
    [note] = room.seen(paper).notes
    assert room.acme.calls.of("im.notify.system.add")[-1].user_id == OLENA
    assert "A reminder" in note.text


def test_a_pin_refused_for_a_moment_is_tried_again(room: Room, paper: Paper) -> None:
    room.approve(paper)
    refuse(room, "crm.timeline.item.pin", "INTERNAL_SERVER_ERROR")
    room.recover()
    seen = room.seen(paper)
    assert [seen.is_pinned(record) for record in seen.files] == [True]
    assert "is completed" in seen.texts[-1]


def test_a_card_that_holds_no_more_pins_is_told_once(room: Room, paper: Paper) -> None:
    for number in range(3):
        record = room.acme.timeline.add("comment", (1, paper.lead), ANNA, text=str(number), files=[])
        record.pinned.add((1, paper.lead))
    room.approve(paper)
    lose(room, "im.notify.system.add")
    room.recover()
    seen = room.seen(paper)
    assert [("is completed" in text) for text in seen.texts[-2:]] == [False, True]
    assert len(seen.notes) == 1


def test_a_card_that_was_written_before_the_hand_over_is_brought_up_to_date_after_it(room: Room) -> None:
    paper = room.send()
    hand_over = message(paper, Topic.HAND_OVER)
    with writing():
        outbox.put_off(hand_over.key, room.clock(), room.clock() + timedelta(seconds=100), "")
    room.work()
    assert room.seen(paper).tag == "Being sent"
    room.recover()
    assert room.seen(paper).tag == "0 of 1 signed"


# -- the same sentence ------------------------------------------------------------------------------------------------


def test_a_second_reminder_is_told_though_the_first_reads_the_same(room: Room, paper: Paper) -> None:
    room.remind(paper)
    room.recover()
    with writing():  # nobody is reminded twice on a day
        two_days_ago = to_ms(room.clock()) - 2 * 86_400_000
        SignerRow.update(reminded_at=two_days_ago).where(SignerRow.request == paper.request_id).execute()
    room.remind(paper)
    room.acme.faults.add("dropped", method="batch")
    room.recover()
    assert [text.startswith("A reminder") for text in room.seen(paper).texts] == [False, False, True, True]


@pytest.mark.parametrize("dies", [True, False], ids=["whose worker dies", "that is taken"])
def test_a_reminder_pressed_before_an_invitation_is_noted_is_written(room: Room, dies: bool) -> None:
    """The mail server has the invitation, the trail does not; the reminder stands before it in the trail then."""
    paper = room.send()
    room.office.sandbox.mailbox.faults.add("smtp_late", method=paper.email, delay_s=2)
    worker = room.process("work", "10")
    while not room.letters(paper):
        assert worker.poll() is None
        threading.Event().wait(0.01)
    room.remind(paper)
    if dies:
        worker.kill()
    worker.wait()
    room.clock.move(200)
    room.recover()
    assert room.letters(paper) == [1 + dies, 1]
    with reading():
        kinds = [
            event.data["kind"] for event in audit.events(room.acme.member_id, paper.request_id) if is_letter(event)
        ]
    assert kinds == ["invitation", "reminder"]


def test_an_entry_is_found_in_another_language_and_behind_many_newer_ones(room: Room, paper: Paper) -> None:
    room.remind(paper)
    lose(room, "crm.timeline.logmessage.add")
    with writing():
        portals.save(room.acme.member_id, lang="uk")
    for number in range(40):
        room.acme.timeline.add("log", (1, paper.lead), ANNA, title="Call", text=f"Call {number}", iconCode="call")
    room.recover()
    assert [text.startswith("A reminder") for text in room.seen(paper).texts] == [False, False, True]


# -- people -----------------------------------------------------------------------------------------------------------


def test_what_a_person_changed_in_the_card_while_the_answer_was_lost_stays(room: Room) -> None:
    paper = room.send()
    lose(room, "crm.item.update")
    room.acme.edit_item(1, paper.lead, **{TICK: False})
    room.recover()
    assert room.acme.crm.items[1, paper.lead].uf[TICK] is False


def test_a_property_that_is_known_to_be_written_is_not_written_again_for_the_sake_of_its_entry(
    room: Room, paper: Paper
) -> None:
    room.acme.edit_item(1, paper.lead, **{TICK: False})
    refuse(room, "crm.timeline.logmessage.add", "QUERY_LIMIT_EXCEEDED")
    with reading():
        write_back(room.office.ctx, message(paper, Topic.WRITE_BACK, attempts=1))
    assert room.acme.crm.items[1, paper.lead].uf[TICK] is True


def test_a_card_deleted_while_its_outcome_is_unknown_is_made_again(room: Room) -> None:
    paper = room.send()
    lose(room, "crm.activity.configurable.add")
    [card] = room.seen(paper).cards
    room.acme.timeline.delete_activity(card.id)
    room.recover()
    assert (len(room.seen(paper).cards), len(room.seen(paper).texts)) == (1, 2)


def test_a_deleted_card_comes_back_with_the_next_step_and_nothing_is_told_twice(room: Room, paper: Paper) -> None:
    [card] = room.seen(paper).cards
    room.acme.timeline.delete_activity(card.id)
    room.remind(paper)
    room.recover()
    assert len(room.seen(paper).cards) == 1
    assert [text.startswith("A reminder") for text in room.seen(paper).texts] == [False, False, True]


def test_a_person_who_quotes_the_address_is_not_taken_for_the_filed_document(room: Room, paper: Paper) -> None:
    room.approve(paper)
    room.acme.faults.add("dropped", method="crm.timeline.comment.add")
    quote = f"Sent them {room.office.ctx.url(f'/v/{paper.request_id}')}"
    room.acme.timeline.add("comment", (1, paper.lead), ANNA, text=quote, files=[])
    room.recover()
    seen = room.seen(paper)
    assert [seen.is_pinned(record) for record in seen.files] == [True]


def test_a_document_deleted_from_the_timeline_is_not_pinned_and_nobody_is_told_to_unpin(
    room: Room, paper: Paper
) -> None:
    room.approve(paper)
    refuse(room, "crm.timeline.item.pin", "INTERNAL_SERVER_ERROR")
    room.work()
    [filed] = comments(room, paper)
    del room.acme.timeline.records[filed.id]
    room.recover()
    seen = room.seen(paper)
    assert "is completed" in seen.texts[-1]
    assert ["is completed" in note.text and "unpin" not in note.text for note in seen.notes] == [True]


def test_a_step_told_late_does_not_take_the_place_of_the_newest_news(room: Room, paper: Paper) -> None:
    room.remind(paper)
    late = message(paper, Topic.RELAY)
    with writing():
        outbox.bury(late.key, room.clock(), "", blocks=False)
    room.withdraw(paper)
    room.recover()
    with writing():
        outbox.revive(room.acme.member_id, paper.request_id, room.clock())
    room.recover()
    assert [text.startswith("A reminder") for text in room.seen(paper).texts] == [False, False, False, True]
    assert ["was withdrawn" in note.text for note in room.seen(paper).notes] == [True]


def test_a_letter_that_waited_while_its_signer_was_corrected_is_not_written_twice(room: Room) -> None:
    paper = room.send()
    room.office.sandbox.mailbox.faults.add("smtp_tempfail", method=paper.email)
    room.work()
    with reading():
        signer = first_signer(paper.request_id)
        change_signer(room.office.ctx, room.portal, ANNA, paper.request_id, signer.id, "Ann Lee", f"new.{paper.email}")
    room.recover()
    assert len(room.office.sandbox.mailbox.letters(f"new.{paper.email}")) == 1
    assert room.office.sandbox.mailbox.letters(paper.email) == []


def test_a_refusal_is_an_error_of_the_message(room: Room, paper: Paper) -> None:
    room.remind(paper)
    refuse(room, "crm.timeline.logmessage.add", "INVALID_REQUEST")
    with reading(), pytest.raises(BitrixError):
        relay_to_portal(room.office.ctx, message(paper, Topic.RELAY, attempts=1))
