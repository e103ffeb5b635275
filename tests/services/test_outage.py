"""A portal that is away for six hours under traffic: real HTTP, the portal's own rate limit, a clock moved by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from b24app.sandbox.portal.limits import Bucket
from tests.office import ANNA, OLENA
from tests.outbox.test_rate import within_limit
from tests.services.room import Paper, Room, open_room

PAPERS = 13
QUARTER_S = 900


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room")) as opened:
        yield opened


def pass_time(room: Room, quarters: int) -> None:
    for _ in range(quarters):
        room.clock.move(QUARTER_S)
        room.work()


def drain(room: Room) -> None:
    """Let the worker do the rest, in real time: the portal counts in it."""
    for _ in range(600):
        room.work()
        if not room.waiting():
            return
        threading.Event().wait(0.1)
    raise AssertionError([(message.key, message.attempts, message.error) for message in room.waiting()])


def test_an_outage_of_six_hours_is_made_up_for_in_order_and_within_the_rate(room: Room) -> None:
    papers = [room.send() for _ in range(PAPERS)]
    room.acme.go_down()
    pass_time(room, 4)
    assert all(room.letters(paper) == [1] for paper in papers)
    for paper in papers:
        room.office.sign(paper.request_id)
    pass_time(room, 4)
    room.acme.come_back()
    room.acme.faults.add("http_error", seconds=600, status=503)
    pass_time(room, 8)
    room.acme.tokens.revoke(room.acme.member_id)
    room.acme.faults.clear()
    pass_time(room, 8)
    assert room.portal.health == "reconnect"
    under_way_when_it_went = 1
    assert sum(len(room.seen(paper).entries) for paper in papers) <= under_way_when_it_went

    room.acme.bucket = Bucket()
    room.acme.calls.reset()
    for user in (ANNA, OLENA):
        assert room.office.launch("/", user=user).status == 200
    drain(room)

    assert room.portal.health == "ok"
    for paper in papers:
        check(room, paper)
    calls = list(room.acme.calls)
    assert len(calls) > 50
    assert [call.error for call in calls if call.status == 503] == []
    assert within_limit([call.at for call in calls])


def check(room: Room, paper: Paper) -> None:
    seen = room.seen(paper)
    told = ["was sent for signature", "The checkboxes of", "opened", "signed"]
    assert all(words in text for words, text in zip(told, seen.texts, strict=True)), seen.texts
    assert ["This happened on" in text for text in seen.texts[2:]] == [True, True]
    assert (len(seen.cards), seen.in_order, seen.doubled) == (1, True, 0)
    assert seen.tag == "Waiting for approval"
    assert ["signed" in note.text for note in seen.notes] == [True]
    assert room.letters(paper) == [1]
