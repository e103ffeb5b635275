"""The bucket of a connection: never more in any minute than the provider allows, shared by all who call."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from b24app.errors import ProviderError, Trouble
from b24app.outbox import connection_rate
from b24app.outbox.connection_rate import ConnectionLimiter
from b24app.store import connections, database

from .office import HandClock


@pytest.fixture
def clock(office) -> HandClock:
    """Noon, with a connection c1."""
    with database.writing():
        connections.insert(
            "anna", id="c1", provider="example", name="x", secrets="", webhook_hash="h", webhook_secret="", created_at=0
        )
    return office.clock


def limiter(clock, per_minute: int = 60, heavy: int = 15) -> ConnectionLimiter:
    return ConnectionLimiter("c1", per_minute, heavy, clock, sleep=lambda seconds: clock.move(seconds=seconds))


def granted(clock, seconds: int, *, heavy: bool = False) -> list[float]:
    """Call as often as it is let through; returns when each call was made."""
    begin, calls, bucket = clock(), [], limiter(clock)
    while clock() - begin < timedelta(seconds=seconds):
        try:
            bucket.take(heavy=heavy)
            calls.append((clock() - begin).total_seconds())
        except ProviderError as error:
            clock.move(seconds=error.retry_after_s)
    return calls


@pytest.mark.parametrize(("heavy", "most"), [(False, 60), (True, 15)])
def test_no_minute_sees_more_calls_than_are_allowed(clock, heavy, most):
    calls = granted(clock, 300, heavy=heavy)
    busiest = max(sum(begin <= later < begin + 60 for later in calls) for begin in calls)
    assert busiest <= most
    assert len(calls) >= 5 * most * 0.75


def test_a_long_wait_is_an_error_that_says_how_long(clock):
    bucket = limiter(clock, per_minute=6, heavy=6)
    bucket.take()
    with pytest.raises(ProviderError) as caught:
        bucket.take()
    assert caught.value.kind is Trouble.RATE_LIMITED
    assert caught.value.retry_after_s == pytest.approx(10, abs=0.1)  # 0.2 calls were left, 4.8 grow back in a minute


def test_a_short_wait_is_waited_out(clock):
    bucket, begin = limiter(clock, per_minute=600, heavy=600), clock()
    for _ in range(130):
        bucket.take()
    assert timedelta(seconds=1) < clock() - begin < timedelta(seconds=2)


def test_a_bucket_that_was_poured_out_fills_again(clock):
    connection_rate.empty("c1", clock())
    with pytest.raises(ProviderError):
        limiter(clock, per_minute=6, heavy=6).take()
    clock.move(minutes=1)
    limiter(clock, per_minute=6, heavy=6).take()


def test_for_as_long_as_the_provider_asks_nobody_calls(clock):
    connection_rate.empty("c1", clock() + timedelta(seconds=42))
    with pytest.raises(ProviderError) as caught:
        limiter(clock).take()
    assert caught.value.retry_after_s == pytest.approx(43.25, abs=0.01)  # and 48 a minute grow back then
    clock.move(seconds=41)
    with pytest.raises(ProviderError):
        limiter(clock).take()


def test_several_at_once_take_no_call_twice(clock):
    taken, full = [], limiter(clock, per_minute=100, heavy=100)

    def call() -> None:
        with database.reading():
            for _ in range(10):
                try:
                    full.take()
                    taken.append(1)
                except ProviderError:
                    return

    full = ConnectionLimiter("c1", 100, 100, clock, sleep=lambda _seconds: None)
    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 20
