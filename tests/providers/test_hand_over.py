"""Sending through an account: one document out whatever happens to the answers, and none called sent that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import Sentence, Trouble
from b24app.providers.base import Problem
from b24app.services.composing import FormRefused
from b24app.services.connect_provider import add_connection
from b24app.services.live_card import sentence
from b24app.services.record import enqueue
from b24app.services.retry_request import retry_request
from b24app.services.try_again import try_again
from b24app.services.words import speaker
from b24app.store import connections, handovers, requests
from b24app.store.database import writing
from tests.portal_room import add_portal
from tests.providers.example.service import KEY
from tests.services.desk import ANN, ANNA


def retry(scene, request_id: str) -> None:
    retry_request(scene.desk.ctx, scene.desk.portal, ANNA, request_id)
    scene.desk.work()


def why(scene, request_id: str) -> str:
    sentence = Sentence.read(scene.request(request_id).reason)
    return sentence.message % sentence.params


def test_our_reference_goes_out_with_the_document_and_theirs_is_kept(scene):
    request_id = scene.send()
    paper = scene.service.only()
    kept = scene.kept(request_id)
    assert (paper.tag, kept.provider_ref) == (kept.our_ref, paper.id)
    assert handovers.signer_refs("acme", request_id) == {
        signer.id: person.id for signer, person in zip(scene.request(request_id).signers, paper.people, strict=True)
    }


def test_places_are_handed_over_in_the_providers_units_without_the_approvers(scene):
    request_id = scene.send()
    fields = [f for f in requests.fields(requests.row("acme", request_id)) if f.signer != "approver"]
    places = scene.service.only().places
    assert [place["person"] for place in places] == [int(field.signer) - 1 for field in fields]
    assert places[0]["box"][0] == pytest.approx(fields[0].x_pt * 25.4 / 72, abs=0.01)
    assert places[0]["sheet"] == fields[0].page - 1


def test_it_is_being_sent_until_the_provider_says_that_it_is_out(scene):
    scene.service.desk.prepares_late = True
    request_id = scene.send()
    assert scene.status(request_id) is Status.SENDING
    scene.service.desk.open(scene.service.only())
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


@pytest.mark.parametrize("call", ["upload", "send"])
def test_a_lost_answer_leads_to_one_document(scene, call):
    scene.service.faults.add("answer_lost", method=call)
    request_id = scene.send()
    assert scene.status(request_id) is Status.SENDING
    scene.insist()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.ref(request_id) == scene.service.only().id
    assert scene.service.calls["find"] == 1


def test_an_administrator_who_is_in_a_hurry_sends_no_second_document(scene):
    scene.far.lose_answer()
    request_id = scene.send()
    for _ in range(3):
        try_again(scene.desk.ctx, scene.desk.portal, ANNA, request_id)
        scene.desk.work()
    scene.insist()
    assert (len(scene.far.sent()), scene.status(request_id)) == (1, Status.AWAITING_SIGNATURES)


def test_a_call_that_never_arrived_is_made_again(scene):
    scene.service.faults.add("dropped", method="send")
    request_id = scene.send()
    assert scene.service.desk.papers == {}
    scene.insist()
    assert scene.ref(request_id) == scene.service.only().id


def test_while_another_try_may_be_under_way_nothing_is_sent_a_second_time(scene):
    """As when a worker was paused past its lease in the middle of the call."""
    scene.service.down()
    request_id = scene.send()
    scene.service.up()
    with writing():
        handovers.save("acme", request_id, asked_at=to_ms(scene.clock()))
    scene.clock.move(seconds=100)
    scene.desk.work()
    assert scene.service.desk.papers == {}
    scene.clock.move(seconds=120)
    scene.desk.work()
    assert scene.ref(request_id) == scene.service.only().id


def test_of_two_that_read_the_same_row_one_may_send(scene):
    scene.service.down()
    request_id = scene.send()
    with writing():
        handovers.save("acme", request_id, asked_at=None)
    first, second = scene.kept(request_id), scene.kept(request_id)
    with writing():
        assert handovers.ask(first, to_ms(scene.clock()))
        assert not handovers.ask(second, to_ms(scene.clock()))


def test_a_step_that_is_done_is_not_done_again(scene):
    scene.service.faults.add("http_error", method="send", times=3)
    request_id = scene.send()
    scene.insist()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert (scene.service.calls["upload"], scene.service.calls["send"]) == (1, 4)
    assert scene.kept(request_id).draft == {}


def test_after_a_refusal_nobody_looks_for_what_cannot_be_there(scene):
    scene.service.faults.add("http_error", method="send")
    scene.send()
    scene.insist()
    assert scene.service.calls["find"] == 0


def test_a_provider_that_is_down_is_tried_until_it_is_back(scene):
    scene.service.down()
    request_id = scene.send()
    scene.insist(times=1)
    assert (scene.status(request_id), scene.health()) == (Status.SENDING, "down")
    scene.service.up()
    scene.insist()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.health() == "ok"


def test_without_a_way_to_look_a_lost_answer_asks_a_person(scene):
    with writing():
        connections.save("acme", scene.connection, settings={"finds_by_ref": False})
    scene.service.faults.add("answer_lost", method="send")
    request_id = scene.send()
    scene.insist()
    assert scene.status(request_id) is Status.FAILED
    assert "not certain" in why(scene, request_id)
    assert len(scene.service.desk.papers) == 1
    retry(scene, request_id)
    assert len(scene.service.desk.papers) == 2


@pytest.mark.parametrize(
    ("status", "word", "kind"),
    [
        (402, "no_credit", Trouble.PLAN_LIMIT),
        (403, "forbidden", Trouble.FORBIDDEN),
        (422, "bad_address", Trouble.INVALID),
        (401, "no_entry", Trouble.AUTH_FAILED),
    ],
)
def test_what_only_a_person_can_mend_stops_at_once_in_words(scene, status, word, kind):
    scene.service.faults.add("http_error", method="send", status=status, word=word)
    request_id = scene.send()
    assert scene.status(request_id) is Status.FAILED
    assert "Example Sign" in why(scene, request_id)
    assert scene.health() == ("reconnect" if kind is Trouble.AUTH_FAILED else "ok")
    assert scene.timeline(request_id) == ["request_sent", "request_failed"]
    retry(scene, request_id)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert len(scene.service.desk.papers) == 1


def test_what_breaks_after_it_was_accepted_stops_and_is_sent_anew_by_a_person(scene):
    scene.service.desk.prepares_late = True
    request_id = scene.send(ANN)
    first = scene.ref(request_id)
    scene.service.desk.break_(scene.service.only(), "no text")
    scene.deliver()
    assert scene.status(request_id) is Status.FAILED
    assert "no text" in why(scene, request_id)
    scene.service.desk.prepares_late = False
    retry(scene, request_id)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.ref(request_id) != first
    papers = scene.service.desk.papers.values()
    assert len({paper.tag for paper in papers}) == 2


def test_late_news_of_the_broken_one_do_not_touch_the_new_one(scene):
    scene.service.desk.prepares_late = True
    request_id = scene.send(ANN)
    broken = scene.service.only()
    scene.service.desk.break_(broken, "no text")
    scene.deliver()
    scene.service.desk.prepares_late = False
    retry(scene, request_id)
    scene.service.desk.tell(broken, "paper_broken")
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_a_hand_over_that_was_done_before_only_looks(scene):
    scene.service.desk.prepares_late = True
    request_id = scene.send()
    scene.service.desk.open(scene.service.only())
    with writing():
        requests.lock("acme", request_id)
        enqueue(scene.desk.ctx, "acme", request_id, Topic.HAND_OVER, {"event": 0})
    scene.desk.work()
    assert len(scene.service.desk.papers) == 1
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_the_account_of_another_portal_cannot_be_used(scene):
    vera = add_portal(scene.desk.ctx, "vera")
    theirs = add_connection(scene.desk.ctx, vera, "example", "Theirs", {"key": KEY, "hook_key": "x"})
    with pytest.raises(FormRefused) as caught:
        scene.desk.send(connection=theirs)
    assert "connection" in caught.value.problems


def test_what_a_room_cannot_do_beyond_its_capabilities_is_said_before_sending(scene):
    picky = replace(scene.desk.ctx.rooms["example"], problems=lambda _order: [Problem("document", Sentence("No."))])
    scene.desk.ctx = replace(scene.desk.ctx, rooms={**scene.desk.ctx.rooms, "example": picky})
    with pytest.raises(FormRefused) as caught:
        scene.send()
    assert "No." in str(caught.value.problems["document"])
    assert scene.service.desk.papers == {}


def test_nothing_is_called_sent_before_the_provider_has_it(scene):
    request_id = scene.send()
    [sent, *_rest] = scene.trail(request_id)
    assert sentence(scene.request(request_id), sent, speaker("en")).endswith("is being sent for signature.")


def test_signers_are_invited_by_the_provider_and_not_by_us(scene):
    request_id = scene.send()
    assert scene.desk.letters_to(ANN.email) == []
    assert scene.request(request_id).signers[0].status is SignerStatus.INVITED
    assert "letter_sent" not in [str(event.type) for event in scene.trail(request_id)]
