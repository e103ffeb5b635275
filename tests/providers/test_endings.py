"""How requests at a provider end: cancelled late, overtaken, expired, with files that take their time."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2 as pdfium
import pytest

from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import NotAllowed, Sentence
from b24app.evidence.verify import verify
from b24app.sandbox.examples import pdf
from b24app.services.add_upload import add_upload
from b24app.services.approve_request import refuse_request
from b24app.services.composing import FormRefused
from b24app.services.record import enqueue
from b24app.services.send_request import send_request
from b24app.services.show_request import certificate, final_document, show_request
from b24app.services.verify_document import verify_upload
from b24app.services.void_request import void_request
from b24app.store import authorities, requests
from b24app.store.database import writing
from tests.providers.example.service import authority
from tests.sandbox.seals import signed_by_somebody
from tests.services.desk import ANN, ANNA, MARCO


@pytest.fixture
def out(scene) -> str:
    request_id = scene.send()
    scene.deliver()
    return request_id


def sign_all(scene, request_id: str) -> None:
    for person in (ANN, MARCO):
        scene.far.sign(scene.ref(request_id), person.email)


def test_cancelling_is_over_when_the_provider_says_so(scene, out):
    scene.service.desk.stops_late = True
    scene.void(out)
    assert scene.status(out) is Status.CLOSING
    scene.far.finish_cancelling()
    scene.deliver()
    assert scene.status(out) is Status.VOIDED
    assert scene.timeline(out) == ["request_sent", "request_closing", "request_voided"]


def test_who_withdraws_twice_is_told_that_it_is_under_way(scene, out):
    scene.service.desk.stops_late = True
    scene.void(out)
    with pytest.raises(NotAllowed, match="being withdrawn"):
        void_request(scene.desk.ctx, scene.desk.portal, ANNA, out, "Again")


def test_a_completed_document_wins_over_a_pending_cancel(scene, out):
    scene.service.desk.stops_late = True
    scene.void(out)
    sign_all(scene, out)
    scene.deliver()
    assert scene.status(out) is Status.AWAITING_APPROVAL
    scene.approve(out)
    assert scene.status(out) is Status.COMPLETED


def test_a_cancel_that_comes_too_late_finds_the_completed_document(scene, out):
    sign_all(scene, out)
    scene.lose_events()
    scene.void(out)
    assert scene.status(out) is Status.AWAITING_APPROVAL


def test_a_decline_wins_over_a_pending_cancel(scene, out):
    scene.service.desk.stops_late = True
    scene.void(out)
    scene.far.decline(scene.ref(out), ANN.email, "No")
    scene.deliver()
    assert scene.status(out) is Status.DECLINED


def test_a_cancel_nobody_confirms_is_asked_for_again_after_an_hour(scene, out):
    scene.service.desk.stops_late = True
    scene.void(out)
    scene.service.only().state = "open"  # the service forgot it
    scene.pass_time(minutes=30)
    assert scene.service.calls["stop"] == 1
    scene.pass_time(minutes=90)
    assert scene.service.calls["stop"] == 2


def test_a_lost_answer_to_a_cancel_ends_the_request_once(scene, out):
    scene.service.faults.add("answer_lost", method="stop")
    scene.void(out)
    scene.insist()
    assert scene.status(out) is Status.VOIDED
    assert scene.timeline(out) == ["request_sent", "request_closing", "request_voided"]


def test_a_provider_that_is_down_is_told_later(scene, out):
    scene.service.down()
    scene.void(out)
    assert scene.status(out) is Status.CLOSING
    scene.service.up()
    scene.insist()
    assert scene.status(out) is Status.VOIDED


def test_who_uses_the_account_there_may_cancel_it_too(scene, out):
    scene.far.cancel_there(scene.ref(out), "Price changed")
    scene.deliver()
    request = scene.request(out)
    assert (request.status, request.reason) == (Status.VOIDED, "Price changed")
    assert scene.timeline(out) == ["request_sent", "request_voided"]


def test_the_providers_deadline_ends_it(scene, out):
    scene.far.expire(scene.ref(out))
    scene.deliver()
    assert scene.status(out) is Status.EXPIRED


def test_our_deadline_calls_it_back_there(scene):
    request_id = scene.send(expires_on=(scene.clock() + timedelta(days=5)).date())
    scene.service.desk.stops_late = True
    scene.pass_time(days=7)
    assert scene.status(request_id) is Status.CLOSING
    assert requests.due(scene.clock()) == []  # nothing runs out a second time
    scene.pass_time(minutes=1)
    assert scene.service.calls["stop"] == 1
    scene.far.finish_cancelling()
    scene.deliver()
    assert scene.status(request_id) is Status.EXPIRED


def test_a_document_completed_in_the_last_moment_does_not_expire(scene):
    request_id = scene.send(expires_on=(scene.clock() + timedelta(days=5)).date())
    scene.service.desk.stops_late = True
    scene.pass_time(days=7)
    sign_all(scene, request_id)
    scene.deliver()
    scene.pass_time(minutes=5)
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_a_refused_document_leaves_the_provider_alone(scene, out):
    sign_all(scene, out)
    scene.deliver()
    refuse_request(scene.desk.ctx, scene.desk.portal, ANNA, out, "Budget was cut")
    scene.desk.work()
    assert scene.status(out) is Status.REFUSED
    assert scene.service.calls["stop"] == 0


def test_a_file_that_is_not_ready_is_waited_for(scene):
    request_id = scene.send(ANN, needs_approval=False)
    scene.far.take_time_for_files(3)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.status(request_id) is Status.COMPLETING
    assert "still working" in Sentence.read(scene.unfinished(Topic.FETCH_FILE)[0].error).message
    scene.insist()
    assert scene.status(request_id) is Status.COMPLETED
    assert scene.service.calls["file"] == 4


def test_a_file_that_is_there_is_not_fetched_again(scene, out):
    sign_all(scene, out)
    scene.deliver()
    with writing():
        requests.lock("acme", out)
        enqueue(scene.desk.ctx, "acme", out, Topic.FETCH_FILE, {"event": 0})
    scene.desk.work()
    assert scene.service.calls["file"] == 1


def test_an_approval_before_the_file_is_there_waits_for_it(scene, out):
    scene.far.take_time_for_files(2)
    sign_all(scene, out)
    scene.deliver()
    scene.approve(out)
    assert scene.status(out) is Status.COMPLETING
    scene.insist()
    assert scene.status(out) is Status.COMPLETED


def test_the_responsible_employee_reads_the_file_as_it_was_signed(scene, out):
    sign_all(scene, out)
    scene.deliver()
    view = show_request(scene.desk.ctx, scene.desk.portal, ANNA, out)
    assert view.document_sha256 == scene.kept(out).signed_sha256


def test_the_seal_leaves_the_providers_signature_valid(scene, out):
    sign_all(scene, out)
    scene.deliver()
    scene.approve(out)
    final = scene.desk.ctx.blobs.get(requests.row("acme", out).final_sha256)
    signed = scene.desk.ctx.blobs.get(scene.kept(out).signed_sha256)
    ours = authorities.roots()[0].encode()
    verdict = verify(final, [ours, authority().root_pem], scene.clock())
    assert final.startswith(signed)
    assert [(seal.intact, seal.trusted, seal.signer_name) for seal in verdict.seals] == [
        (True, True, "Example Sign"), (True, True, "Acme Consulting GmbH"),
    ]  # fmt: skip
    assert verdict.is_ours


def test_a_file_that_its_service_has_locked_stays_untouched_and_gets_a_sealed_certificate_beside_it(scene, out):
    scene.service.desk.locks = True
    sign_all(scene, out)
    scene.deliver()
    scene.approve(out)
    ctx, portal = scene.desk.ctx, scene.desk.portal
    signed = ctx.blobs.get(scene.kept(out).signed_sha256)
    name, beside = certificate(ctx, portal, ANNA, out)
    assert (scene.status(out), final_document(ctx, portal, ANNA, out)[1]) == (Status.COMPLETED, signed)
    assert name.endswith("certificate.pdf")
    assert [verify_upload(ctx, file).state for file in (signed, beside)] == ["sealed", "sealed"]
    assert verify_upload(ctx, signed + b" ").state != "sealed"
    assert verify(signed, [authority().root_pem], scene.clock()).seals[0].trusted
    assert scene.kept(out).signed_sha256 in digests_in(beside)


def digests_in(pdf: bytes) -> str:
    """The pages' text without the gaps that digests are written with."""
    pages = pdfium.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_came_signed_is_kept_from_a_service_that_would_break_it(scene):
    ctx, portal, composer = scene.desk.ctx, scene.desk.portal, scene.desk.open()
    signed = add_upload(ctx, portal, ANNA, composer, "Frame.pdf", signed_by_somebody(pdf.write("Frame", "1", ["Text"])))
    form = scene.desk.form(composer, source="upload", documents=(signed.id,), connection=scene.connection)
    with pytest.raises(FormRefused) as refused:
        send_request(ctx, portal, ANNA, form)
    assert "would break" in refused.value.problems["connection"][0].message
