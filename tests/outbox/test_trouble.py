"""Rules 3 and 6: attempts, back-off, pauses, death."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import (
    AppError,
    BitrixError,
    ConfigError,
    DocumentRefused,
    InvalidPayload,
    MailError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    ReconnectNeeded,
    Unauthentic,
)
from b24app.logs import without_words
from b24app.outbox.backoff import delay_s
from b24app.outbox.message import DeadRule, Message
from b24app.outbox.verdict import Verdict, judge
from b24app.outbox.worker import Worker
from b24app.store import database, outbox
from b24app.store.outbox import LANES

from .office import Office, portal_row, row


def message(topic: Topic = Topic.RELAY, attempts: int = 1) -> Message:
    return Message("anna", "r1", 1, "r1:1", topic, {}, attempts, LANES[topic])


def verdict(error: Exception, topic: Topic = Topic.RELAY, attempts: int = 1) -> Verdict:
    return judge(error, message(topic, attempts), DeadRule("skip"), lambda: 0.0)


@pytest.mark.parametrize(
    "error",
    [
        NotAllowed("no"),
        NotFound("no"),
        InvalidPayload("no"),
        DocumentRefused("no", reason="encrypted"),
        Unauthentic("no"),
        AppError("no"),
        BitrixError("no", code="access_denied", permanent=True),
        MailError("no", code="rejected_recipient", permanent=True),
    ],
)
def test_a_refusal_is_final(error: Exception) -> None:
    assert verdict(error).dies


@pytest.mark.parametrize(
    ("error", "topic", "is_down"),
    [
        (BitrixError("x", code="connection"), Topic.RELAY, True),
        (BitrixError("x", code="internal_server_error"), Topic.PIN, True),
        (ReconnectNeeded("x", code="invalid_grant", permanent=True), Topic.RELAY, True),
        (MailError("x", code="connection"), Topic.INVITE, True),
        (MailError("x", code="login"), Topic.INVITE, True),
        (MailError("x", code="deferred"), Topic.INVITE, False),
        (OutcomeUnknown("x"), Topic.INVITE, False),
        (ProviderError("x", code="http_500"), Topic.HAND_OVER, False),
        (ConfigError("x"), Topic.SEAL, False),
        (DocumentRefused("x", reason="busy"), Topic.INVITE, False),
        (DocumentRefused("x", reason="too_complex"), Topic.SEAL, False),
        (ZeroDivisionError(), Topic.RELAY, False),
    ],
)
def test_a_passing_trouble_is_tried_again_and_pauses_the_lane_when_its_other_side_is_down(
    error: Exception, topic: Topic, is_down: bool
) -> None:
    found = verdict(error, topic)
    assert not found.dies
    assert found.wait_s == 2.0
    assert found.is_down is is_down


def test_before_anybody_looks_for_a_lost_answer_the_portal_has_had_its_minute() -> None:
    assert verdict(OutcomeUnknown("x")) == Verdict(dies=False, wait_s=60.0, is_down=True, rest_s=60.0)
    assert verdict(OutcomeUnknown("x"), attempts=8).wait_s == 256.0


@pytest.mark.parametrize("code", ["rate_wait", "lease_over"])
def test_our_own_full_bucket_and_our_own_slowness_are_nobodys_fault(code: str) -> None:
    found = verdict(BitrixError("x", code=code, retry_after_s=0.5), attempts=9)
    assert found == Verdict(dies=False, wait_s=0.5)


def test_the_other_sides_wish_counts_when_it_is_longer() -> None:
    assert verdict(BitrixError("x", code="overload_limit", retry_after_s=600)).wait_s == 600
    assert verdict(BitrixError("x", code="query_limit_exceeded", retry_after_s=2), attempts=5).wait_s == 32


def test_after_days_of_trying_a_message_dies_and_after_twelve_crashes_too() -> None:
    assert not verdict(OutcomeUnknown("x"), attempts=83).dies
    assert verdict(OutcomeUnknown("x"), attempts=84).dies
    assert not verdict(ZeroDivisionError(), attempts=11).dies
    assert verdict(ZeroDivisionError(), attempts=12).dies
    assert verdict(DocumentRefused("x", reason="busy"), attempts=12).dies


@pytest.mark.parametrize(("attempts", "longest_s"), [(1, 2), (2, 4), (11, 2048), (12, 3600), (500, 3600)])
def test_delay_doubles_up_to_an_hour(attempts: int, longest_s: float) -> None:
    assert delay_s(attempts, lambda: 0.0) == longest_s
    assert delay_s(attempts, lambda: 0.999) >= longest_s * 0.75


def test_a_second_attempt_says_so(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.diary.troubles["r1:1"] = [OutcomeUnknown("No answer came.")]
    office.serve_until_idle(office.worker())
    assert office.diary.tried == [("r1:1", 1), ("r1:1", 2)]


def test_a_portal_that_is_down_gets_one_pause_and_one_probe(office: Office) -> None:
    for number in range(5):
        office.put(f"r{number}", Topic.RELAY)
        office.diary.always[f"r{number}:1"] = BitrixError("No answer.", code="connection")
    worker = office.worker()
    worker.drain(5)
    assert len(office.diary.tried) == 1
    office.clock.move(seconds=2)
    worker.drain(5)
    assert len(office.diary.tried) == 2
    assert portal_row("anna").pause_until == to_ms(office.clock() + timedelta(seconds=4))


def test_the_first_success_ends_the_pause(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY)
    office.diary.troubles["r1:1"] = [BitrixError("No answer.", code="connection")]
    office.serve_until_idle(office.worker())
    assert (portal_row("anna").pause_until, portal_row("anna").failures) == (0, 0)


def test_a_portal_that_is_connected_again_does_not_wait_for_its_back_off(office: Office) -> None:
    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.diary.always["r1:1"] = ReconnectNeeded("The token is dead.", permanent=True)
    worker = office.worker()
    office.serve_until_idle(worker, hours=10)
    office.diary.always.clear()
    with database.writing():
        assert outbox.resume("anna", office.clock()) == 2
    worker.drain(5)
    assert office.diary.done == ["r1:1", "r1:2"]


def test_a_call_whose_answer_was_lost_keeps_its_minute_though_somebody_hurries(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY)
    office.diary.troubles["r1:1"] = [OutcomeUnknown("No answer came.")]
    worker = office.worker()
    worker.drain(5)
    with database.writing():
        assert outbox.resume("anna", office.clock()) == 2
        assert outbox.hurry("anna", "r1", office.clock()) == 1
    worker.drain(5)
    assert office.diary.done == ["r2:1"]
    office.clock.move(seconds=60)
    worker.drain(5)
    assert office.diary.done == ["r2:1", "r1:1"]


def test_one_poisonous_message_does_not_stop_the_others(office: Office) -> None:
    office.put("bad", Topic.RELAY)
    for number in range(5):
        office.put(f"r{number}", Topic.RELAY)
    office.diary.always["bad:1"] = BitrixError("Internal error.", code="internal_server_error")
    office.serve_until_idle(office.worker(), hours=0.01)
    assert office.diary.done == [f"r{number}:1" for number in range(5)]


def test_a_mail_server_that_is_down_is_probed_once_and_the_portal_goes_on(office: Office) -> None:
    for number in range(5):
        office.put(f"r{number}", Topic.INVITE, Topic.RELAY)
        office.diary.always[f"r{number}:1"] = MailError("No answer.", code="connection")
    office.worker().drain(5)
    assert [key for key, _ in office.diary.tried if key.endswith(":1")] == ["r0:1"]
    assert office.diary.done == [f"r{number}:2" for number in range(5)]


def test_a_portal_that_answers_503_for_six_hours_is_drained_in_order_and_within_its_rate(office: Office) -> None:
    end = office.clock() + timedelta(hours=6)

    def busy(message: Message) -> None:
        if office.clock() < end:
            office.diary.tried.append((message.key, message.attempts))
            raise BitrixError("Too often.", code="query_limit_exceeded", retry_after_s=2)
        office.diary(message)

    for number in range(30):
        office.put(f"r{number:02}", Topic.RELAY, Topic.RELAY, Topic.PIN)
    office.serve_until_idle(office.worker(dict.fromkeys(Topic, busy)))
    assert sorted(office.diary.done) == sorted(f"r{n:02}:{seq}" for n in range(30) for seq in (1, 2, 3))
    for number in range(30):
        mine = [key for key in office.diary.done if key.startswith(f"r{number:02}:")]
        assert mine == sorted(mine)
    assert len(office.diary.tried) - len(office.diary.done) < 30
    starts = [moment.timestamp() for moment in office.diary.times]
    assert all(j - i + 1 <= 51 + 2 * (starts[j] - starts[i]) for i in range(len(starts)) for j in range(i, len(starts)))


def test_a_crash_in_a_handler_is_logged_without_its_words(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.diary.troubles["r1:1"] = [KeyError("olena@example.com")]
    with capture_logs([without_words]) as lines:
        office.worker().drain(5)
    assert any(line["event"] == "handler_crashed" and "frames" in line for line in lines)
    assert "olena" not in str(lines) + row("r1:1").error


def test_telling_of_a_death_and_the_death_are_one_transaction(office: Office) -> None:
    def tell(_message: Message, _error: Exception) -> None:
        with database.writing():
            office.put("r2", Topic.RELAY)
        raise RuntimeError("The telling failed.")

    office.put("r1", Topic.RELAY)
    office.diary.always["r1:1"] = NotAllowed("Too late.")
    worker = office.worker(on_dead=tell)
    worker.drain(5)
    assert row("r1:1").dead_at is None
    assert office.diary.tried == [("r1:1", 1)]


def test_a_worker_without_a_topic_does_not_start(office: Office) -> None:
    complete: dict[Topic, Callable[[Message], None]] = dict.fromkeys(Topic, office.diary)
    with pytest.raises(ConfigError, match="hand_over"):
        Worker({Topic.RELAY: office.diary}, office.hints, office.clock, "w")
    with pytest.raises(ConfigError, match="hand_over"):
        Worker(complete, office.hints, office.clock, "w", rules={Topic.RELAY: DeadRule("skip")})
