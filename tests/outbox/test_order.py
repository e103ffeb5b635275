"""Rule 2: order within a request and lane; nobody else waits."""

from __future__ import annotations

import pytest

from b24app.domain.events import Topic
from b24app.errors import BitrixError, MailError, NotAllowed
from b24app.outbox.message import RULES
from b24app.outbox.turn import LEASE_MS
from b24app.store import database, outbox

from .office import Office, row

DOWN = BitrixError("The portal does not answer.", code="connection")
GREY = MailError("Later.", code="deferred")


def test_messages_of_a_request_go_out_in_order(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.RELAY, Topic.RELAY)
    office.worker().drain(5)
    assert office.diary.done == ["r1:1", "r1:2", "r1:3"]


def test_order_holds_when_the_middle_one_fails_five_times(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.RELAY, Topic.RELAY)
    office.diary.troubles["r1:2"] = [DOWN] * 5
    office.serve_until_idle(office.worker())
    assert office.diary.done == ["r1:1", "r1:2", "r1:3"]
    assert [attempts for key, attempts in office.diary.tried if key == "r1:2"] == [1, 2, 3, 4, 5, 6]


def test_a_failing_request_holds_up_no_other(office: Office) -> None:
    office.put("r1", Topic.INVITE, Topic.INVITE)
    office.put("r2", Topic.INVITE)
    office.diary.troubles["r1:1"] = [GREY]
    office.worker().drain(5)
    assert office.diary.done == ["r2:1"]


def test_letters_and_seal_pass_while_the_portal_is_down(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.INVITE, Topic.SEAL, Topic.HAND_OVER, Topic.RELAY)
    office.diary.always["r1:1"] = DOWN
    office.worker().drain(5)
    assert office.diary.done == ["r1:2", "r1:3", "r1:4"]


def test_a_signer_does_not_wait_for_another_signers_mailbox(office: Office) -> None:
    office.put("r1", Topic.INVITE, signer="anna")
    office.put("r1", Topic.INVITE, signer="boris", first=2)
    office.put("r1", Topic.REMIND, signer="anna", first=3)
    office.diary.troubles["r1:1"] = [GREY]
    office.worker().drain(5)
    assert office.diary.done == ["r1:2"]


def test_a_letter_to_everybody_waits_for_all_earlier_letters(office: Office) -> None:
    office.put("r1", Topic.INVITE, signer="anna")
    office.put("r1", Topic.TELL_SIGNERS, first=2)
    office.put("r1", Topic.COPY_TO_SIGNERS, signer="boris", first=3)
    office.diary.troubles["r1:1"] = [GREY]
    worker = office.worker()
    worker.drain(5)
    assert office.diary.done == []
    office.serve_until_idle(worker)
    assert office.diary.done == ["r1:1", "r1:2", "r1:3"]


def test_a_dead_message_with_rule_skip_lets_the_next_one_pass(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.diary.always["r1:1"] = NotAllowed("Too late.")
    office.worker().drain(5)
    assert office.diary.done == ["r1:2"]
    assert office.buried == [("r1:1", "NotAllowed")]


def test_a_dead_message_with_rule_stop_blocks_its_lane_until_it_is_revived(office: Office) -> None:
    office.put("r1", Topic.FILE_TO_CARD, Topic.PIN, Topic.COPY_TO_SIGNERS)
    office.diary.always["r1:1"] = NotAllowed("No such card.")
    worker = office.worker()
    worker.drain(5)
    assert office.diary.done == ["r1:3"]
    del office.diary.always["r1:1"]
    with database.writing():
        assert outbox.revive("anna", "r1", office.clock()) == 1
    worker.drain(5)
    assert office.diary.done == ["r1:3", "r1:1", "r1:2"]
    assert office.diary.tried[-2] == ("r1:1", 2)  # the handler of a revived message looks first


def test_another_portals_messages_cannot_be_seen_or_revived(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.diary.always["r1:1"] = NotAllowed("Too late.")
    office.worker().drain(5)
    with database.writing():
        assert outbox.dead_messages("vera") == []
        assert outbox.revive("vera", "r1", office.clock()) == 0
        assert [message.key for message in outbox.dead_messages("anna")] == ["r1:1"]


def test_open_messages_are_those_still_to_be_done(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.diary.troubles["r1:2"] = [DOWN]
    office.worker().drain(5)
    with database.reading():
        assert [message.key for message in outbox.open_messages("anna")] == ["r1:2"]


def test_a_message_is_written_with_its_cause_or_not_at_all(office: Office) -> None:
    def send_and_fail() -> None:
        with database.writing():
            outbox.enqueue("anna", "r1", 1, Topic.RELAY, {}, office.clock())
            raise NotAllowed("The request changed its mind.")

    with pytest.raises(NotAllowed):
        send_and_fail()
    with database.reading():
        assert outbox.open_messages("anna") == []


def test_done_messages_are_forgotten_after_a_month(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    worker = office.worker()
    worker.drain(5)
    office.clock.moment = office.clock().replace(hour=3, minute=17)
    worker.each_minute()
    assert row("r1:1").done_at
    office.clock.move(days=31)
    worker.each_minute()
    with database.reading():
        assert list(outbox.OutboxMessage.select()) == []


def test_every_topic_has_a_lane_and_a_rule() -> None:
    assert set(outbox.LANES) == set(RULES) == set(Topic)
    assert set(outbox.LANES.values()) == set(LEASE_MS)
