"""What goes wrong at Dropbox Sign, through our services: one document, right words, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, redirect
from structlog.testing import capture_logs

from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import OutcomeUnknown, ProviderError, Sentence, Trouble
from b24app.providers.base import NO_DRAFT, Cancelled, File
from b24app.providers.dropbox_sign import client, line, listed
from b24app.providers.room import Account, Means
from b24app.sandbox.serving import Listener
from b24app.services.change_signer import change_signer
from b24app.services.retry_request import retry_request
from tests.providers.contract import a_notice
from tests.providers.dropbox_sign.far_side import filled_in
from tests.providers.dropbox_sign.orders import order_for
from tests.providers.dropbox_sign.stage import PassedOn, a_room, embedded
from tests.providers.example.stage import NoKeys, NoLimit
from tests.providers.scene import MovedClock
from tests.services.desk import ANN, ANNA, MARCO
from tests.waiting import wait_for

SEND = "signature_request_send"


def why(scene, request_id: str) -> str:
    sentence = Sentence.read(scene.request(request_id).reason)
    return sentence.message % sentence.params


def trouble(call: Any) -> Trouble:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value.kind


def out(scene, *people: Any, **changes: Any) -> str:
    request_id = str(scene.send(*people, **changes))
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    return request_id


def one_is_out(scene, request_id: str) -> bool:
    """Whether exactly one document went to the signers, and it is the one we know."""
    scene.deliver()
    return bool(scene.ref(request_id) == scene.far.only().id and scene.status(request_id) is Status.AWAITING_SIGNATURES)


@pytest.mark.parametrize("fault", ["answer_lost", "dropped", "http_error", "not_json"])
def test_without_an_answer_to_sending_there_is_one_document(scene, fault):
    scene.service.faults.add(fault, method=SEND)
    request_id = scene.send()
    assert scene.status(request_id) is Status.SENDING
    scene.insist(times=3)
    assert one_is_out(scene, request_id)


def test_a_lost_answer_and_a_list_that_lags_behind_is_one_document(scene):
    scene.service.list_delay_s = 20.0
    scene.service.faults.add("answer_lost", method=SEND)
    request_id = scene.send()
    for _ in range(4):
        scene.clock.move(seconds=8)
        scene.desk.work()
    scene.insist(times=2)
    assert one_is_out(scene, request_id)


def test_too_many_calls_wait_as_long_as_asked(scene):
    scene.service.faults.add("rate_limited", method=SEND, reset_s=50)
    request_id = scene.send()
    scene.clock.move(seconds=30)
    scene.desk.work()
    assert scene.service.requests == {}
    scene.insist(times=1)
    assert one_is_out(scene, request_id)
    assert scene.health() == "ok"


@pytest.mark.parametrize(
    ("fault", "words", "health"),
    [
        ({"kind": "plan_limit"}, "The plan of your Dropbox Sign account does not allow this now", "ok"),
        ({"kind": "api_error", "error": "forbidden"}, "Your Dropbox Sign account is not allowed", "ok"),
        ({"kind": "api_error", "error": "bad_request"}, "Dropbox Sign does not accept this document", "ok"),
        ({"kind": "api_error", "error": "unauthorized"}, "Dropbox Sign no longer lets Paraph in", "reconnect"),
    ],
)
def test_what_only_a_person_can_mend_stops_at_once_in_words(scene, fault, words, health):
    scene.service.faults.add(**fault, method=SEND)
    request_id = scene.send()
    assert scene.status(request_id) is Status.FAILED
    assert words in why(scene, request_id)
    assert scene.health() == health
    assert scene.service.requests == {}
    retry_request(scene.desk.ctx, scene.desk.portal, ANNA, request_id)
    scene.desk.work()
    assert one_is_out(scene, request_id)


def test_a_document_that_turns_out_bad_afterwards_was_never_sent(scene):
    scene.service.faults.add("processing_failed", status_code="error_file")
    request_id = scene.send()
    assert scene.status(request_id) is Status.SENDING
    scene.deliver()
    assert scene.status(request_id) is Status.FAILED
    assert "could not send this document" in why(scene, request_id)


def test_events_lost_doubled_late_and_out_of_order_do_no_harm(scene):
    request_id = out(scene)
    for fault in ("duplicate_event", "reordered_event"):
        scene.service.faults.add(fault, method="signature_request_signed")
    scene.service.faults.add("unknown_event", method="signature_request_viewed")
    scene.service.faults.add("lost_event", method="signature_request_all_signed")
    for person in (ANN, MARCO):
        scene.far.view(scene.ref(request_id), person.email)
        scene.far.sign(scene.ref(request_id), person.email)
        scene.deliver()
    posted = scene.far.posted()
    scene.pass_time(minutes=40)
    assert scene.status(request_id) is Status.AWAITING_APPROVAL
    assert scene.timeline(request_id).count("signer_signed") == 2
    assert posted == []


def test_events_before_the_answer_find_their_request_afterwards(scene):
    scene.service.faults.add("early_events")
    request_id = scene.send()
    assert one_is_out(scene, request_id)


def test_a_forged_event_is_refused_and_a_true_hash_with_another_body_is_only_a_look(scene):
    request_id = out(scene)
    request, url = scene.far.only(), scene.service.account.callback_url
    lie = {"is_complete": True, "signatures": []}
    scene.service.callbacks.forge("signature_request_all_signed", request, url, lie)
    scene.service.callbacks.forge("signature_request_all_signed", request, url, lie, right_hash=True)
    scene.service.calls.reset()
    scene.deliver()
    notes = [row.error for row in scene.inbox()[-2:]]
    assert sorted("not sent by the signing service" in note for note in notes) == [False, True]
    assert [call.method for call in scene.service.calls] == ["signature_request_get"]
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_late_events_carry_a_corrected_signers_former_id(scene):
    request_id = out(scene, ANN)
    signer = scene.request(request_id).signers[0]
    scene.far.view(scene.ref(request_id), ANN.email)
    late = scene.far.posted()
    change_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    scene.desk.work()
    for one in late:
        assert scene.post(one) == 200
    scene.deliver()
    assert scene.request(request_id).signers[0].status is SignerStatus.INVITED
    scene.far.sign(scene.ref(request_id), "ann@new.example")
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_a_cancel_that_is_forgotten_there_is_asked_for_again(scene):
    request_id = out(scene)
    scene.service.faults.add("cancel_lost")
    scene.void(request_id)
    assert scene.status(request_id) is Status.CLOSING
    for _ in range(3):
        scene.pass_time(hours=2)
    scene.deliver()
    assert scene.status(request_id) is Status.VOIDED


def test_who_signs_while_it_is_being_cancelled_has_signed(scene):
    request_id = out(scene, ANN)
    scene.service.cancel_s = 3600.0
    scene.void(request_id)
    scene.service.cancel_s = 0.0
    request = scene.service.requests[scene.ref(request_id)]
    one = request.signatures[0]
    scene.service.lifecycle.sign(request, one, filled_in(request, one))
    scene.service.clock.advance(3700)
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_a_file_that_is_not_made_yet_is_fetched_later(scene):
    request_id = out(scene, ANN)
    scene.service.faults.add("files_not_ready", times=2)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.kept(request_id).signed_sha256 == ""
    scene.insist(times=3)
    assert scene.kept(request_id).signed_sha256


def test_an_answer_that_takes_too_long(service, monkeypatch):
    """To a question it is trouble of today; to a send it may be anything."""
    monkeypatch.setattr(client, "READ", line.Kind(silence_s=0.1))
    monkeypatch.setattr(client, "SEND", line.Kind(is_write=True, silence_s=0.1))
    room = a_room(service)
    service.faults.add("slow", delay_s=0.4, times=2)
    assert trouble(room.check_connection) is Trouble.UNAVAILABLE
    with pytest.raises(OutcomeUnknown):
        room.create(order_for(1), NO_DRAFT)
    wait_for(lambda: len(service.calls) == 2, "the service's own end of both calls")


def test_an_answer_of_any_size_is_not_read(service, far, monkeypatch):
    monkeypatch.setattr(line, "LARGEST_ANSWER", 50)
    assert trouble(a_room(service).check_connection) is Trouble.UNAVAILABLE


def test_an_answer_that_trickles_is_not_waited_for(service, far, monkeypatch):
    monkeypatch.setattr(client, "READ", line.Kind(longest_s=-1.0))
    assert trouble(a_room(service).check_connection) is Trouble.UNAVAILABLE


def test_nobody_is_led_to_another_place():
    """A redirect would take the account's key along."""
    seen: list[str] = []

    def build() -> Flask:
        app = Flask("elsewhere")
        app.add_url_rule("/v3/account", "account", lambda: redirect("/elsewhere"))
        app.add_url_rule("/elsewhere", "elsewhere", lambda: seen.append("here") or "{}")  # type: ignore[func-returns-value]
        return app

    listener = Listener(build)
    means = Means(MovedClock(), NoLimit(), PassedOn(), NoKeys())  # type: ignore[arg-type]
    room = listed(listener.url).open(Account("c1", {"api_key": "k"}), means)
    assert trouble(room.check_connection) is Trouble.UNAVAILABLE
    assert seen == []
    listener.stop()


def test_every_call_stays_within_the_workers_lease():
    heaviest = max(kind.longest_s + kind.silence_s for kind in (line.SEND, line.FETCH))
    light = line.READ.longest_s + line.READ.silence_s
    assert max(heaviest, 2 * light) < 100


def test_a_page_of_words_is_no_file(service, far):
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    far.sign(created.provider_ref, "signer1@example.com")
    service.faults.add("not_json", method="signature_request_files")
    assert trouble(lambda: room.download(created.provider_ref, File.SIGNED)) is Trouble.UNAVAILABLE
    assert trouble(lambda: room.download(created.provider_ref, File.CERTIFICATE)) is Trouble.UNSUPPORTED


@pytest.mark.parametrize("answer", ["null", "[]", "{}", '{"signature_request": {"signatures": 1}}'])
def test_an_answer_that_makes_no_sense(service, answer):
    service.faults.add("not_json", body=answer, content_type="application/json", times=2)
    room = a_room(service)
    assert trouble(lambda: room.get("r1")) is Trouble.UNAVAILABLE
    with pytest.raises(OutcomeUnknown):
        room.create(order_for(1), NO_DRAFT)


@pytest.mark.parametrize("listed", ["5", "[5]", '[{"metadata": {"paraph_ref": "our-reference"}}]'])
def test_a_list_that_makes_no_sense_finds_nothing_and_denies_nothing(service, listed):
    body = f'{{"signature_requests": {listed}, "list_info": {{}}}}'
    service.faults.add("not_json", body=body, content_type="application/json")
    room = a_room(service)
    assert trouble(lambda: room.find_by_ref(order_for(1), room._means.now())) is Trouble.UNAVAILABLE


def test_a_warning_of_the_service_is_written_down_without_its_sentence(service):
    service.account.confirmed = False
    with capture_logs() as written:
        a_room(service, test_mode=True).create(order_for(1), NO_DRAFT)
    assert written == [{"event": "dropbox_sign_warning", "warning": "unconfirmed", "log_level": "warning"}]


def test_words_that_are_new_do_not_break_a_look(service, far):
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    far.request(created.provider_ref).signatures[0].status_code = "on_the_moon"
    assert room.get(created.provider_ref).signers


def test_a_request_that_is_still_prepared_cannot_be_cancelled_yet(service, far):
    service.preparation_s = 3600.0
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    service.preparation_s = 0.0
    assert trouble(lambda: room.cancel(created.provider_ref, "Mistake")) is Trouble.NOT_READY
    service.advance(3601)
    far.request(created.provider_ref)
    assert room.cancel(created.provider_ref, "Mistake") is Cancelled.PENDING
    service.settle()
    assert room.cancel(created.provider_ref, "Mistake") is Cancelled.DONE


def test_a_correction_done_twice_under_the_former_id_is_one(service, far):
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    far.request(created.provider_ref)
    old = created.signers["signer-1"]
    new = room.change_signer(created.provider_ref, old, "Ann", "new@example.com")
    assert room.change_signer(created.provider_ref, old, "Ann", "new@example.com") == new != old
    assert trouble(lambda: room.change_signer(created.provider_ref, "nobody", "A", "a@b.example")) is Trouble.NOT_FOUND


def test_a_second_reminder_within_the_hour_is_too_soon(service, far):
    room = a_room(service)
    order = order_for(1)
    created = room.create(order, NO_DRAFT)
    far.request(created.provider_ref)
    room.remind(a_notice(created, order.signers[0]))
    assert trouble(lambda: room.remind(a_notice(created, order.signers[0]))) is Trouble.TOO_SOON


def test_out_of_turn_there_is_no_signing_link(service, far):
    room = a_room(service, **embedded(service))
    created = room.create(order_for(2), NO_DRAFT)
    far.request(created.provider_ref)
    second = created.signers["signer-2"]
    assert trouble(lambda: room.signing_link(created.provider_ref, second, "")) is Trouble.CONFLICT
    assert trouble(lambda: a_room(service).signing_link(created.provider_ref, second, "")) is Trouble.UNSUPPORTED


def test_what_is_searched_for_may_be_on_a_later_page_but_not_too_old(service, far):
    room = a_room(service)
    room.create(order_for(1), NO_DRAFT)
    mine = far.only()
    for number in range(150):
        other = replace(mine, id=f"other-{number}", metadata={})
        service.requests[other.id] = other
    hour_ago = room._means.now() - timedelta(hours=1)
    found = room.find_by_ref(order_for(1), hour_ago)
    assert found is not None
    assert found.provider_ref == mine.id
    for request in service.requests.values():
        request.created_at -= 86_400
    service.calls.reset()
    assert room.find_by_ref(order_for(1), hour_ago) is None
    assert [call.method for call in service.calls] == ["signature_request_list"]


def test_no_persons_words_of_the_service_are_passed_on(service):
    service.faults.add("api_error", error="bad_request", message="Ann Lee <ann@lee.example> is no signer")
    with pytest.raises(ProviderError) as caught:
        a_room(service).create(order_for(1), NO_DRAFT)
    assert "Ann" not in json.dumps([str(caught.value), caught.value.params], default=str)
