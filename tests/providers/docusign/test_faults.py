"""Each trouble of facts: one envelope, nothing called sent that is not, and the right words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import OutcomeUnknown, ProviderError, Trouble
from b24app.providers.base import NO_DRAFT, Created, File
from b24app.sandbox.docusign import views
from tests.providers.docusign.orders import order_for
from tests.services.desk import ANN


class EveryEnvelope:
    """A service that lists all it has, whatever was asked for."""

    def __init__(self, far) -> None:
        self.body = json.dumps({"envelopes": [views.envelope_json(far.only(), ["custom_fields"])]}).encode()

    def __call__(self, environ, start_response) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [self.body]


def handed_over(room, order, clock, tries: int = 6) -> Created:
    """What services/hand_over.py does, in small: after a lost answer it looks before it sends again."""
    is_uncertain = False
    for _ in range(tries):
        try:
            found = room.find_by_ref(order, clock() - timedelta(minutes=3)) if is_uncertain else None
            return found or room.create(order, NO_DRAFT)
        except OutcomeUnknown:
            is_uncertain = True
        except ProviderError as error:
            if error.permanent:
                raise
    raise AssertionError("it never went out")


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("answer_lost", {}),
        ("dropped", {}),
        ("http_error", {"status": 503}),
        ("http_error", {"status": 504}),
        ("not_json", {}),
        ("rate_limited", {"reset_s": 1}),
        ("answer_lost", {"times": 2}),
    ],
)
def test_whatever_happens_to_the_answer_one_envelope_goes_out(room, far, clock, fault, more):
    room.check_connection()
    far.service.faults.add(fault, **more)
    created = handed_over(room, order_for(2), clock)
    assert far.sent() == [created.provider_ref]
    assert set(created.signers.values()) == {"1", "2"}


def test_it_is_found_by_the_custom_field_when_the_transaction_is_forgotten(room, far, clock):
    created = room.create(order_for(1), NO_DRAFT)
    far.only().transaction_id = "forgotten"
    found = room.find_by_ref(order_for(1), clock() - timedelta(days=8))
    assert found == created


def test_an_envelope_of_somebody_else_is_never_taken_for_ours(room, far, clock):
    room.create(order_for(1, ref="somebody-else"), NO_DRAFT)
    far.serve(EveryEnvelope(far))
    assert room.find_by_ref(order_for(1), clock() - timedelta(days=1)) is None


def test_what_may_not_be_listed_yet_is_not_called_absent(room, far, clock):
    room.create(order_for(1), NO_DRAFT)
    far.service.list_delay_s = 60.0
    with pytest.raises(ProviderError) as caught:
        room.find_by_ref(order_for(1), clock())
    assert caught.value.kind is Trouble.NOT_READY


@pytest.mark.parametrize(
    ("fault", "more", "kind", "words"),
    [
        ("plan_limit", {}, Trouble.PLAN_LIMIT, "The plan of your DocuSign account does not allow this now."),
        ("api_error", {"error": "ACCOUNT_LACKS_PERMISSIONS"}, Trouble.FORBIDDEN, "is not allowed to do this"),
        ("api_error", {"error": "UNABLE_TO_CONVERT_DOCUMENT"}, Trouble.INVALID, "does not accept this document"),
        ("rate_limited", {}, Trouble.RATE_LIMITED, "Paraph will try again automatically"),
    ],
)
def test_a_refusal_is_said_in_words_and_nothing_is_out(room, far, fault, more, kind, words):
    room.check_connection()
    far.service.faults.add(fault, **more)
    with pytest.raises(ProviderError, match=words) as caught:
        room.create(order_for(1), NO_DRAFT)
    assert caught.value.kind is kind
    assert far.sent() == []


def test_a_wrong_address_is_refused_for_good(room, far):
    order = order_for(1)
    wrong = order.signers[0].__class__(**{**vars(order.signers[0]), "email": "nobody"})
    with pytest.raises(ProviderError) as caught:
        room.create(order.__class__(**{**vars(order), "signers": [wrong]}), NO_DRAFT)
    assert (caught.value.kind, caught.value.permanent) == (Trouble.INVALID, True)
    assert "nobody" not in str(caught.value)


def test_a_read_without_an_answer_is_tried_again(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    for fault in ("dropped", "not_json"):
        far.service.faults.add(fault)
        with pytest.raises(ProviderError) as caught:
            room.get(created.provider_ref)
        assert caught.value.kind is Trouble.UNAVAILABLE


def test_a_lost_answer_to_voiding_voids_once(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    far.service.faults.add("answer_lost")
    with pytest.raises(OutcomeUnknown):
        room.cancel(created.provider_ref, "Mistake")
    room.cancel(created.provider_ref, "Mistake")
    assert far.only().status == "voided"


def test_an_expired_one_cannot_be_voided_as_if_it_were_open(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    far.expire(created.provider_ref)
    with pytest.raises(ProviderError) as caught:
        room.cancel(created.provider_ref, "Mistake")
    assert caught.value.kind is Trouble.CONFLICT


def test_the_file_is_not_taken_before_the_envelope_is_closed(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    with pytest.raises(ProviderError) as caught:
        room.download(created.provider_ref, File.SIGNED)
    assert caught.value.kind is Trouble.NOT_READY


def test_a_link_for_somebody_who_signs_by_letter_is_refused(room):
    created = room.create(order_for(1), NO_DRAFT)
    for signer in ("1", "9"):
        with pytest.raises(ProviderError) as caught:
            room.signing_link(created.provider_ref, signer, "https://sign.example.com/back")
        assert caught.value.kind is Trouble.NOT_FOUND
    with pytest.raises(ProviderError) as caught:
        room.signing_link(created.provider_ref, "1", "https://sign.example.com/" + "x" * 470)
    assert caught.value.kind is Trouble.INVALID


def test_lost_answers_and_early_events_leave_one_envelope_that_is_followed(scene):
    faults = scene.far.service.faults
    faults.add("early_events", method="create_envelope")
    faults.add("answer_lost", method="create_envelope")
    request_id = scene.send(ANN)
    assert scene.status(request_id) is Status.SENDING
    scene.deliver()
    scene.insist(Topic.HAND_OVER, times=3)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.far.sent() == [scene.ref(request_id)]


def test_a_withdrawn_consent_stops_the_hand_over_and_says_who_can_mend_it(scene):
    scene.far.forget_key()
    request_id = scene.send(ANN)
    assert scene.health() == "consent"
    assert scene.far.sent() == []
    assert scene.status(request_id) is not Status.AWAITING_SIGNATURES
    assert "An administrator needs to" in scene.request(request_id).reason
