"""Exactly one visible effect: answers are lost, processes die, and the portal shows one of each, in order.

docs/decisions/0008-one-visible-effect.md. Real HTTP and SMTP to the sandbox, real processes, a clock moved by hand.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from b24app.domain.events import Topic
from tests.providers.test_done_twice import DONE as DONE_AT_PROVIDERS
from tests.services.room import TICK, Paper, Room, open_room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room")) as opened:
        yield opened


@dataclass(frozen=True)
class Scene:
    """What people have done when the trouble comes, and what must be seen of it in the end."""

    act: str
    told: tuple[str, ...] = ()
    letters: int = 2

    def play(self, room: Room) -> Paper:
        """Do it, and leave to the worker only what the last act has caused."""
        paper = room.send()
        if self.act != "send":
            room.recover()
            getattr(room, self.act)(paper)
        return paper

    def check(self, room: Room, paper: Paper) -> None:
        """One live card, each entry once and in order, one pinned file, the newest notification, the property set."""
        seen, told = room.seen(paper), ("was sent for signature", "The checkboxes of", *self.told)
        assert len(seen.cards) == 1
        assert len(seen.texts) == len(told), seen.texts
        assert all(words in text for words, text in zip(told, seen.texts, strict=True)), seen.texts
        assert (seen.in_order, seen.doubled) == (True, 0)
        assert room.acme.crm.items[1, paper.lead].uf[TICK] is True
        assert [(len(one.data["files"]), seen.is_pinned(one)) for one in seen.files] == [(1, True)] * self.files
        assert [self.told[-1] in note.text for note in seen.notes] == [True] * bool(self.told)
        assert len(room.letters(paper)) == self.letters
        assert len(room.copies(paper)) == self.files

    @property
    def files(self) -> int:
        return 1 if self.act == "approve" else 0


SEND = Scene("send", letters=1)
REMIND, PRESS = Scene("remind", ("A reminder",)), Scene("press", ("A reminder",))
WITHDRAW = Scene("withdraw", ("was withdrawn",))
APPROVE = Scene("approve", ("opened", "signed", "was approved", "is completed"))
SCENES = {
    Topic.HAND_OVER: SEND,
    Topic.RELAY: SEND,
    Topic.WRITE_BACK: SEND,
    Topic.INVITE: SEND,
    Topic.REMIND: REMIND,
    Topic.PORTAL_EVENT: PRESS,
    Topic.TELL_SIGNERS: WITHDRAW,
    Topic.SEAL: APPROVE,
    Topic.FILE_TO_CARD: APPROVE,
    Topic.PIN: APPROVE,
    Topic.COPY_TO_SIGNERS: APPROVE,
}
METHODS = {  # the call that does it, and the one that looks for it
    Topic.RELAY: ("crm.activity.configurable.add", "crm.timeline.logmessage.list"),
    Topic.WRITE_BACK: ("crm.item.update", "crm.timeline.logmessage.list"),
    Topic.FILE_TO_CARD: ("crm.timeline.comment.add", "crm.timeline.comment.list"),
    Topic.PIN: ("crm.timeline.item.pin", "crm.timeline.logmessage.list"),
}
LETTERS = (Topic.INVITE, Topic.REMIND, Topic.TELL_SIGNERS, Topic.COPY_TO_SIGNERS)


def test_no_topic_is_forgotten() -> None:
    assert set(SCENES) | set(DONE_AT_PROVIDERS) == set(Topic)


@pytest.mark.parametrize("topic", METHODS)
def test_an_answer_of_the_portal_that_is_lost_leaves_one(room: Room, topic: Topic) -> None:
    paper = SCENES[topic].play(room)
    room.acme.faults.add("answer_lost", method=METHODS[topic][0])
    room.recover()
    assert room.acme.faults.listed() == []
    SCENES[topic].check(room, paper)


@pytest.mark.parametrize("topic", METHODS)
def test_an_answer_that_is_lost_and_the_look_up_too_leave_one(room: Room, topic: Topic) -> None:
    paper = SCENES[topic].play(room)
    for method in METHODS[topic]:
        room.acme.faults.add("answer_lost", method=method)
    room.recover()
    assert room.acme.faults.listed() == []
    SCENES[topic].check(room, paper)


@pytest.mark.parametrize("topic", METHODS)
def test_a_worker_killed_while_the_answer_is_on_its_way_leaves_one(room: Room, topic: Topic) -> None:
    paper, before = SCENES[topic].play(room), len(room.acme.calls.of(METHODS[topic][0]))
    room.acme.faults.add("answer_late", method=METHODS[topic][0], delay_s=20)
    process = room.process("work", "60")
    while len(room.acme.calls.of(METHODS[topic][0])) == before:
        assert process.poll() is None
        threading.Event().wait(0.01)
    process.kill()
    process.wait()
    room.clock.move(200)
    room.recover()
    SCENES[topic].check(room, paper)


@pytest.mark.parametrize("topic", SCENES)
def test_a_worker_killed_before_it_marks_what_it_has_done_leaves_one(room: Room, topic: Topic) -> None:
    paper = SCENES[topic].play(room)
    assert room.process("die-after", topic.value).wait(60) == -signal.SIGKILL
    room.clock.move(200)
    room.recover()
    SCENES[topic].check(room, paper)
    assert room.letters(paper) == [1] * SCENES[topic].letters
    assert room.copies(paper) == [1] * SCENES[topic].files


def test_a_copy_whose_answer_is_lost_comes_again_under_the_same_id(room: Room) -> None:
    paper = APPROVE.play(room)
    room.office.sandbox.mailbox.faults.add("smtp_drop", method=paper.copy)
    room.recover()
    APPROVE.check(room, paper)
    assert (room.letters(paper), room.copies(paper)) == ([1, 1], [2])


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("topic", LETTERS)
def test_a_letter_whose_answer_is_lost_comes_again_under_the_same_id(room: Room, topic: Topic, times: int) -> None:
    paper = SCENES[topic].play(room)
    room.office.sandbox.mailbox.faults.add("smtp_drop", times=times, method=paper.email)
    room.recover()
    SCENES[topic].check(room, paper)
    assert room.letters(paper)[-1] == 1 + times
