"""Rule 5: one bucket for every call to a portal."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.domain.events import Topic
from b24app.errors import BitrixError, NotFound
from b24app.outbox import rate
from b24app.outbox.message import Message
from b24app.outbox.rate import PortalLimiter
from b24app.store.tables import Portal

from .office import NOON, Office, portal_row


def within_limit(times_s: list[float]) -> bool:
    pairs = ((i, j) for i in range(len(times_s)) for j in range(i, len(times_s)))
    return all(j - i + 1 <= 50 + 2 * (times_s[j] - times_s[i]) + 1 for i, j in pairs)


def test_fifty_calls_at_once_then_one_in_half_a_second(office: Office) -> None:
    assert [rate.take("anna", NOON) for _ in range(51)] == [0] * 50 + [527]
    assert rate.take("anna", NOON + timedelta(milliseconds=526)) == 1
    assert rate.take("anna", NOON + timedelta(milliseconds=527)) == 0


def test_every_portal_has_its_own_bucket(office: Office) -> None:
    rate.empty("anna", NOON)
    assert rate.take("anna", NOON) > 0
    assert rate.take("vera", NOON) == 0


def test_a_clock_that_goes_back_gives_nothing_away(office: Office) -> None:
    rate.empty("anna", NOON)
    assert rate.take("anna", NOON - timedelta(hours=1)) == 527


def test_an_unknown_portal_has_no_bucket(office: Office) -> None:
    with pytest.raises(NotFound):
        rate.take("nobody", NOON)


@given(pauses_ms=st.lists(st.integers(0, 3000), min_size=60, max_size=120), emptied=st.integers(0, 60))
@settings(max_examples=6, deadline=None)
def test_no_stretch_of_time_holds_more_calls_than_allowed(pauses_ms: list[int], emptied: int) -> None:
    row, times, now = Portal(member_id="p", tokens_milli=rate.BURST_MILLI, tokens_at=0), [], NOON
    for number, pause in enumerate(pauses_ms):
        now += timedelta(milliseconds=pause)
        if number == emptied:
            row.tokens_milli, row.tokens_at = 0, int(now.timestamp() * 1000)
        while rate.wait_ms(row, now) == 0 and len(times) < 300:
            row.tokens_milli, row.tokens_at = rate.filled(row, now) - rate.TOKEN_MILLI, int(now.timestamp() * 1000)
            times.append(now.timestamp())
    assert within_limit(times)


def test_threads_share_the_bucket(office: Office) -> None:
    granted: list[float] = []

    def call_often() -> None:
        for _ in range(25):
            office.clock.move(milliseconds=20)
            now = office.clock()
            if rate.take("anna", now) == 0:
                granted.append(now.timestamp())

    threads = [threading.Thread(target=call_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 50 <= len(granted) <= 50 + 2 * 2
    assert within_limit(sorted(granted))


def test_a_web_caller_waits_for_a_moment(office: Office) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        office.clock.move(seconds=seconds)

    rate.empty("anna", office.clock())
    PortalLimiter("anna", office.clock, sleep).take()
    assert waits == [0.527]


def test_a_web_caller_who_would_wait_too_long_is_told(office: Office) -> None:
    Portal.update(tokens_milli=-5000, tokens_at=int(NOON.timestamp() * 1000)).execute()
    with pytest.raises(BitrixError) as caught:
        PortalLimiter("anna", office.clock, lambda _: None).take()
    assert caught.value.code == "rate_wait"
    assert caught.value.retry_after_s == pytest.approx(3.158)


def test_every_wait_is_told_with_its_length_and_how_it_ended(office: Office) -> None:
    told: list[tuple[str, float, str]] = []
    limiter = PortalLimiter(
        "anna", office.clock, lambda s: office.clock.move(seconds=s), on_wait=lambda *wait: told.append(wait)
    )
    limiter.take()
    assert told == []
    limiter.empty()
    limiter.take()
    Portal.update(tokens_milli=-5000, tokens_at=int(office.clock().timestamp() * 1000)).execute()
    with pytest.raises(BitrixError):
        limiter.take()
    assert told == [("anna", 0.527, "waited"), ("anna", 0.0, "refused")]


def test_work_that_comes_back_later_for_the_bucket_is_told_too(office: Office) -> None:
    told: list[tuple[str, float, str]] = []
    rate.empty("anna", office.clock())
    rate.empty("vera", office.clock())
    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.put("r2", Topic.INVITE, portal="vera")
    for portal in ("anna", "vera"):
        office.worker(on_wait=lambda *wait: told.append(wait)).serve_portal(portal)
    assert told == [("anna", 0.527, "postponed")]


def test_the_bucket_is_poured_out_when_the_portal_asks_for_it(office: Office) -> None:
    PortalLimiter("anna", office.clock).empty()
    assert portal_row("anna").tokens_milli == 0


def test_a_message_takes_one_token_and_its_first_call_none(office: Office) -> None:
    def call(message: Message) -> None:
        PortalLimiter(message.portal, office.clock).take()
        office.diary(message)

    office.put("r1", Topic.RELAY, Topic.RELAY)
    office.worker({Topic.RELAY: call}).drain(5)
    assert portal_row("anna").tokens_milli == 48_000


def test_a_second_call_in_a_message_takes_a_second_token(office: Office) -> None:
    def look_and_call(message: Message) -> None:
        limiter = PortalLimiter(message.portal, office.clock)
        limiter.take()
        limiter.take()

    office.put("r1", Topic.RELAY)
    office.worker({Topic.RELAY: look_and_call}).drain(5)
    assert portal_row("anna").tokens_milli == 48_000


def test_letters_and_seal_take_no_token_and_need_none(office: Office) -> None:
    rate.empty("anna", office.clock())
    office.put("r1", Topic.INVITE, Topic.SEAL, Topic.COPY_TO_SIGNERS, Topic.RELAY)
    office.worker().drain(5)
    assert office.diary.done == ["r1:1", "r1:2", "r1:3"]
    assert portal_row("anna").tokens_milli == 0


def test_relays_keep_to_the_rate(office: Office) -> None:
    for number in range(40):
        office.put(f"r{number}", Topic.RELAY, Topic.RELAY)
    office.serve_until_idle(office.worker())
    assert len(office.diary.done) == 80
    times = [moment.timestamp() for moment in office.diary.times]
    assert within_limit(times)
    assert times[-1] - times[0] == pytest.approx(30 / 1.9, rel=0.02)


def test_a_429_empties_the_bucket_and_a_dead_portal_does_not(office: Office) -> None:
    office.put("r1", Topic.RELAY)
    office.put("r2", Topic.RELAY, portal="vera")
    office.diary.always["r1:1"] = BitrixError("Too often.", code="operation_time_limit", retry_after_s=60)
    office.diary.always["r2:1"] = BitrixError("No answer.", code="connection")
    office.worker().drain(5)
    assert portal_row("anna").tokens_milli == 0
    assert portal_row("vera").tokens_milli == 49_000
