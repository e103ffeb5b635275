"""Addresses for copies at DocuSign: it writes to them itself, and Paraph does not."""

from __future__ import annotations

from b24app.domain.signature_request import Status
from b24app.services.send_through import send_through
from tests.services.desk import ANN, ANNA, MARCO

LAW = "law@office.example"


def test_a_copy_goes_out_from_docusign_when_everybody_has_signed(scene):
    request_id = scene.send(ANN, MARCO, copies=(LAW,), needs_approval=False)
    scene.deliver()
    assert LAW not in [to for to, _subject in scene.far.post.letters]
    for person in (ANN, MARCO):
        scene.far.sign(scene.ref(request_id), person.email)
        scene.deliver()
    scene.far.service.settle()
    assert scene.status(request_id) is Status.COMPLETED
    assert [subject for to, subject in scene.far.post.letters if to == LAW and "Completed" in subject]
    assert scene.desk.letters_to(LAW) == []
    assert len(scene.desk.letters_to(ANN.email)) == 1


def test_paraph_writes_the_copy_when_it_is_signed_with_paraph_instead(scene):
    scene.far.service.faults.add("plan_limit")
    request_id = scene.send(ANN, copies=(LAW,), needs_approval=False)
    assert scene.status(request_id) is Status.FAILED
    send_through(scene.desk.ctx, scene.desk.portal, ANNA, request_id, "")
    scene.desk.work()
    scene.desk.sign(ANN.email)
    assert scene.status(request_id) is Status.COMPLETED
    assert (len(scene.desk.letters_to(LAW)), scene.far.post.letters) == (1, [])
