"""Events of a provider: hints that may be lost, doubled, late, out of order, forged or odd, without harm."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from b24app.domain.events import Topic
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import Sentence
from b24app.services.change_signer import change_signer
from b24app.store import audit, handovers
from tests.services.desk import ANN, ANNA, MARCO


@pytest.fixture
def out(scene) -> str:
    """A request to Ann and Marco that is out."""
    request_id = scene.send()
    scene.deliver()
    scene.service.calls.clear()
    return request_id


def sign(scene, request_id: str, person=ANN) -> None:
    scene.far.sign(scene.ref(request_id), person.email)


def forge(scene, told: dict[str, object], key: str = "somebody else's key") -> None:
    scene.service.desk.post({"when": scene.clock().isoformat(), **told}, key)


def test_a_lost_event_is_made_up_for(scene, out):
    sign(scene, out)
    scene.lose_events()
    scene.pass_time(minutes=20)
    assert scene.request(out).signers[0].status is SignerStatus.SIGNED


def test_the_same_event_twice_is_one_row_and_one_look(scene, out):
    sign(scene, out)
    [one] = scene.far.posted()
    rows = len(scene.inbox())
    assert [scene.post(one), scene.post(one)] == [200, 200]
    scene.desk.work()
    assert len(scene.inbox()) == rows + 1
    assert scene.service.calls["read"] == 1
    assert scene.timeline(out).count("signer_signed") == 1


def test_events_that_say_the_same_in_other_words_change_nothing(scene, out):
    """The last signature is told twice, as providers do."""
    sign(scene, out)
    scene.deliver()
    sign(scene, out, MARCO)
    before = scene.service.calls["read"]
    assert scene.deliver() == 2
    assert scene.service.calls["read"] == before + 1
    assert scene.timeline(out) == ["request_sent", "signer_signed", "signer_signed"]


def test_events_in_the_wrong_order_end_up_right(scene, out):
    for person in (ANN, MARCO):
        sign(scene, out, person)
    for one in reversed(scene.far.posted()):
        scene.post(one)
        scene.desk.work()
    assert scene.status(out) is Status.AWAITING_APPROVAL
    assert scene.timeline(out) == ["request_sent", "signer_signed", "signer_signed"]


def test_a_late_event_does_not_take_anything_back(scene, out):
    scene.far.view(scene.ref(out), ANN.email)
    late = scene.far.posted()
    sign(scene, out)
    scene.deliver()
    for one in late:
        scene.post(one)
    scene.desk.work()
    assert scene.request(out).signers[0].status is SignerStatus.SIGNED


def test_nothing_is_heard_any_more_once_it_has_ended(scene, out):
    scene.far.decline(scene.ref(out), ANN.email, "Wrong price")
    scene.deliver()
    trail = audit.digests("acme", out)
    paper = scene.service.only()
    paper.state = "open"
    scene.far.sign(scene.ref(out), MARCO.email)
    scene.deliver()
    assert scene.status(out) is Status.DECLINED
    assert audit.digests("acme", out) == trail


def test_an_event_of_a_kind_nobody_knows_is_kept_and_answered(scene, out):
    scene.service.desk.tell(scene.service.only(), "paper_was_ironed")
    scene.deliver()
    row = scene.inbox()[-1]
    assert json.loads(bytes(row.body))["what"] == "paper_was_ironed"
    assert (row.processed_at is not None, row.error) == (True, "")
    assert scene.timeline(out) == ["request_sent"]


def test_a_state_nobody_knows_means_nothing(scene, out):
    scene.service.only().state = "ironed"
    scene.service.only().people[0].state = "asleep"
    scene.service.desk.tell(scene.service.only(), "paper_was_ironed")
    scene.deliver()
    assert scene.status(out) is Status.AWAITING_SIGNATURES


def test_an_event_about_somebody_elses_document_is_left(scene, out):
    forge(scene, {"what": "person_signed", "about": "paper-77", "tag": "theirs"}, scene.service.desk.hook_key)
    scene.deliver()
    assert scene.service.calls["read"] == 0
    assert scene.inbox()[-1].processed_at is not None


def test_a_forged_event_is_kept_as_forged_and_asks_nobody(scene, out):
    forge(scene, {"what": "paper_finished", "about": scene.ref(out)})
    scene.deliver()
    row = scene.inbox()[-1]
    assert "not sent by" in Sentence.read(row.error).message
    assert scene.service.calls["read"] == 0
    assert scene.status(out) is Status.AWAITING_SIGNATURES


def test_a_lie_with_a_right_signature_leads_to_a_look_and_no_further(scene, out):
    forge(scene, {"what": "paper_finished", "about": scene.ref(out)}, scene.service.desk.hook_key)
    scene.deliver()
    assert scene.service.calls["read"] == 1
    assert scene.status(out) is Status.AWAITING_SIGNATURES


def test_a_forged_copy_does_not_stand_in_for_the_real_event(scene, out):
    sign(scene, out)
    [one] = scene.far.posted()
    scene.post(replace(one, headers={**one.headers, "X-Example-Signature": "0" * 64}))
    scene.desk.work()
    assert scene.request(out).signers[0].status is SignerStatus.INVITED
    scene.post(one)
    scene.desk.work()
    assert scene.request(out).signers[0].status is SignerStatus.SIGNED


@pytest.mark.parametrize("body", [b"", b"null", b"\xff\0\xfe", b'{"what": {}}', b"[" * 100_000])
def test_an_odd_body_is_kept_answered_and_left(scene, out, body):
    one = replace(_any_post(scene), body=body, headers={"Content-Type": "application/json"})
    assert scene.post(one) == 200
    scene.desk.work()
    row = scene.inbox()[-1]
    assert bytes(row.body) == body
    assert row.error
    assert scene.unfinished(Topic.PROVIDER_EVENT) == []


def test_an_event_that_is_faster_than_the_answer_to_sending_waits_for_it(scene):
    scene.service.faults.add("answer_lost", method="send")
    request_id = scene.send(ANN)
    scene.far.sign(scene.far.sent()[0], ANN.email)
    scene.deliver()
    assert scene.status(request_id) is Status.SENDING
    assert "still being sent" in Sentence.read(scene.unfinished(Topic.PROVIDER_EVENT)[0].error).message
    scene.insist()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL
    assert scene.unfinished(Topic.PROVIDER_EVENT) == []


def test_while_the_provider_is_down_the_event_waits(scene, out):
    sign(scene, out)
    posted = scene.far.posted()
    scene.service.down()
    assert [scene.post(one) for one in posted] == [200]
    scene.desk.work()
    assert scene.request(out).signers[0].status is SignerStatus.INVITED
    scene.service.up()
    scene.insist()
    assert scene.request(out).signers[0].status is SignerStatus.SIGNED


def test_a_letter_that_came_back_may_be_told_by_the_event_alone(scene, out):
    scene.service.desk.shows_returned_letters = False
    scene.far.bounce(scene.ref(out), ANN.email)
    scene.deliver()
    assert scene.request(out).signers[0].status is SignerStatus.BOUNCED
    assert scene.timeline(out) == ["request_sent", "signer_bounced"]


def test_a_returned_letter_of_a_former_address_is_old_news(scene, out):
    scene.service.desk.shows_returned_letters = False
    scene.far.bounce(scene.ref(out), ANN.email)
    late = scene.far.posted()
    signer = scene.request(out).signers[0]
    change_signer(scene.desk.ctx, scene.desk.portal, ANNA, out, signer.id, "Ann Lee", "ann@new.example")
    scene.desk.work()
    for one in late:
        scene.post(one)
    scene.desk.work()
    assert scene.request(out).signers[0].status is SignerStatus.INVITED


def test_a_correction_on_its_way_is_not_undone_by_what_was_before(scene, out):
    scene.far.bounce(scene.ref(out), ANN.email)
    scene.deliver()
    signer = scene.request(out).signers[0]
    scene.service.faults.add("http_error", method="correct", times=1)
    change_signer(scene.desk.ctx, scene.desk.portal, ANNA, out, signer.id, "Ann Lee", "ann@new.example")
    scene.desk.work()
    scene.service.desk.tell(scene.service.only(), "paper_was_ironed")
    scene.deliver()
    assert scene.request(out).signers[0].status is SignerStatus.INVITED
    scene.insist()
    assert scene.service.only().people[0].mail == "ann@new.example"


def test_an_old_id_of_a_signer_stays_known(scene, out):
    signer = scene.request(out).signers[0]
    old = handovers.signer_refs("acme", out)[signer.id]
    change_signer(scene.desk.ctx, scene.desk.portal, ANNA, out, signer.id, "Ann Lee", "ann@new.example")
    scene.desk.work()
    new = handovers.signer_refs("acme", out)[signer.id]
    assert new == scene.service.only().people[0].id != old
    assert handovers.all_signer_ids("acme", out)[old] == signer.id


def test_the_providers_time_is_kept_beside_ours(scene, out):
    sign(scene, out)
    told = scene.service.only().people[0].since
    scene.clock.move(minutes=5)
    scene.deliver()
    [event] = [event for event in scene.trail(out) if event.type == "signer_signed"]
    assert event.data["provider_at"] == told.isoformat()
    assert event.at > told


def _any_post(scene):
    scene.service.desk.tell(scene.service.only(), "paper_opened")
    return scene.far.posted()[-1]
