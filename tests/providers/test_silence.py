"""Requests of which nothing is heard are asked after: rarely, spread out, bounded, by one worker only."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from b24app.clock import from_ms, to_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import Sentence
from b24app.services import look_after_silence
from b24app.services.apply_snapshot import LONGEST_SILENCE
from b24app.services.housekeeping import each_minute
from b24app.services.show_request import show_request
from b24app.services.sign_elsewhere import came_back
from b24app.services.write_to_signer import link_of
from b24app.store import connections, handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Handover, OutboxMessage, Request
from b24app.wiring import wire_worker
from tests.services.desk import ANN, ANNA, MARCO


@pytest.fixture
def out(scene) -> str:
    request_id = scene.send()
    scene.deliver()
    scene.service.calls.clear()
    return request_id


def live(scene, hours: float) -> list[timedelta]:
    """Let time go by, minute for minute; returns after how long each look came."""
    begin, looks = scene.clock(), []
    while scene.clock() - begin < timedelta(hours=hours):
        before = scene.service.calls["read"]
        scene.pass_time(minutes=0)  # pass_time itself moves on by one minute
        looks += [scene.clock() - begin] * (scene.service.calls["read"] - before)
    return looks


def test_a_look_that_is_due_later_holds_up_neither_the_signed_file_nor_a_withdrawal(scene):
    """As when somebody comes back from the provider's page just after a look."""
    signed, withdrawn = (scene.send(ANN, needs_approval=False) for _ in range(2))
    scene.deliver()
    for request_id in (signed, withdrawn):
        link = link_of(scene.desk.ctx, requests.row("acme", request_id), scene.request(request_id).signers[0])
        came_back(scene.desk.ctx, link.rpartition("/")[2])
    assert [from_ms(look.next_at) > scene.clock() for look in scene.unfinished(Topic.LOOK)] == [True, True]
    scene.far.sign(scene.ref(signed), ANN.email)
    scene.deliver()
    scene.void(withdrawn)
    assert (scene.status(signed), scene.status(withdrawn)) == (Status.COMPLETED, Status.VOIDED)
    assert len(scene.unfinished(Topic.LOOK)) == 2


def test_nobody_is_asked_in_the_first_quarter_of_an_hour(scene, out):
    scene.pass_time(minutes=13)
    assert scene.service.calls["read"] == 0


def test_looks_come_twice_as_far_apart_each_time(scene, out):
    looks = live(scene, 3)
    assert len(looks) in (3, 4)  # after about 15, 30 and 60 minutes, and near the end of the third hour
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert min(gaps) >= timedelta(minutes=14)


def test_after_days_a_look_comes_every_six_hours(scene, out):
    kept = scene.kept(out)
    kept.last_heard_at = to_ms(scene.clock() - timedelta(days=9))
    with writing():
        handovers.save("acme", out, last_heard_at=kept.last_heard_at, next_look_at=to_ms(scene.clock()))
    scene.pass_time(minutes=1)
    wait = from_ms(scene.kept(out).next_look_at) - scene.clock()
    assert LONGEST_SILENCE - timedelta(minutes=5) <= wait <= LONGEST_SILENCE * 1.1


def test_news_begin_the_silence_anew(scene, out):
    scene.pass_time(hours=4)
    scene.far.view(scene.ref(out), ANN.email)
    scene.deliver()
    wait = from_ms(scene.kept(out).next_look_at) - scene.clock()
    assert timedelta(minutes=14) <= wait <= timedelta(minutes=17)


def test_what_has_ended_is_not_asked_after(scene, out):
    for person in (ANN, MARCO):
        scene.far.sign(scene.ref(out), person.email)
    scene.deliver()
    assert scene.status(out) is Status.AWAITING_APPROVAL
    assert scene.kept(out).next_look_at is None
    scene.pass_time(days=2)
    assert scene.service.calls["read"] == 1


def test_what_ended_here_behind_the_providers_back_is_forgotten(scene, out):
    with writing():
        handovers.save("acme", out, next_look_at=to_ms(scene.clock()))
        Request.update(status="failed").where(Request.id == out).execute()
    each_minute(scene.desk.ctx)
    assert scene.kept(out).next_look_at is None
    assert scene.service.calls["read"] == 0


def test_two_workers_ask_once(scene, out):
    other = wire_worker(scene.desk.ctx)
    scene.clock.move(minutes=20)
    assert look_after_silence.look_after_silence(scene.desk.ctx) == 1
    assert look_after_silence.look_after_silence(scene.desk.ctx) == 0
    other.drain(5)
    scene.desk.work()
    assert scene.service.calls["read"] == 1


def test_of_two_that_read_the_same_row_one_takes_the_look(scene, out):
    scene.clock.move(minutes=20)
    [first] = handovers.silent(scene.connection, to_ms(scene.clock()), 5)
    [second] = handovers.silent(scene.connection, to_ms(scene.clock()), 5)
    with writing():
        assert handovers.take_look(first, to_ms(scene.clock()) + 900_000)
        assert not handovers.take_look(second, to_ms(scene.clock()) + 900_000)


def test_many_silent_requests_are_spread_over_minutes(scene):
    ids = [scene.send() for _ in range(3)]
    with writing():
        for request_id in ids:
            handovers.save("acme", request_id, next_look_at=to_ms(scene.clock()))
    assert look_after_silence.look_after_silence(scene.desk.ctx) == 3
    due = sorted(row.next_at for row in OutboxMessage.select().where(OutboxMessage.topic == Topic.LOOK.value))
    apart = 60_000 / look_after_silence.MOST_A_MINUTE
    assert [later - earlier for earlier, later in pairwise(due)] == pytest.approx([apart] * 2, abs=200)


def test_one_account_takes_only_so_many_looks_a_minute(scene, out):
    kept = scene.kept(out)
    more = look_after_silence.MOST_A_MINUTE + 5
    with writing():
        for number in range(more):
            _copy(kept, number)
    scene.clock.move(minutes=20)
    assert look_after_silence.look_after_silence(scene.desk.ctx) == look_after_silence.MOST_A_MINUTE
    assert look_after_silence.look_after_silence(scene.desk.ctx) == 6


def test_an_account_that_was_taken_away_is_not_asked(scene, out):
    with writing():
        connections.save("acme", scene.connection, removed_at=to_ms(scene.clock()))
    scene.pass_time(minutes=20)
    assert scene.service.calls["read"] == 0
    assert scene.kept(out).next_look_at is None


def _copy(kept, number: int) -> None:
    """Another silent request of the same account."""
    row = Request.get_by_id(kept.request)
    row.id = f"{kept.request}-{number}"
    row.save(force_insert=True)
    Handover.insert(
        request=row.id, portal="acme", connection=kept.connection, our_ref=row.id, provider_ref=f"none-{number}",
        last_heard_at=kept.last_heard_at, next_look_at=kept.next_look_at,
    ).execute()  # fmt: skip


def test_a_look_that_fails_is_not_insisted_on(scene, out):
    scene.service.down()
    scene.pass_time(minutes=20)
    assert scene.unfinished(Topic.LOOK) == []
    assert scene.health() == "down"
    scene.service.up()
    scene.service.calls.clear()
    scene.pass_time(minutes=40)
    assert scene.service.calls["read"] == 1


def test_what_the_provider_no_longer_knows_is_told_once_and_left(scene, out):
    scene.service.desk.papers.clear()
    scene.pass_time(minutes=20)
    [dead] = scene.unfinished(Topic.LOOK)
    assert "does not know" in Sentence.read(dead.error).message
    assert scene.kept(out).next_look_at is None
    assert show_request(scene.desk.ctx, scene.desk.portal, ANNA, out).works
