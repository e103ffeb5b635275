"""Connect's messages: verified over their raw bytes, read, and never believed further than that."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path

import pytest

from b24app.domain.signature_request import Status
from b24app.errors import InvalidPayload, Unauthentic
from b24app.providers.base import NO_DRAFT
from b24app.providers.docusign import events
from b24app.providers.docusign.words import EVENTS
from b24app.providers.snapshot import EventKind
from tests.providers.docusign.orders import order_for
from tests.services.desk import ANN, MARCO

PUBLISHED = Path(__file__).parents[2] / "vendor/docusign-2.1/connect.schema-v2.json"
KEY = "a-connect-key"


def signed(body: bytes, key: str = KEY, number: int = 1) -> dict[str, str]:
    proof = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
    return {f"x-docusign-signature-{number}": proof}


def message(event: str = "recipient-completed", **data: object) -> bytes:
    told = {"event": event, "generatedDateTime": "2026-03-02T15:00:00.1234567Z", "data": {"envelopeId": "e1", **data}}
    return json.dumps(told).encode()


def test_the_signature_is_what_openssl_makes():
    """printf '{"event":"x"}' | openssl dgst -sha256 -hmac a-connect-key -binary | base64"""
    assert signed(b'{"event":"x"}')["x-docusign-signature-1"] == "G++X/y8LgtxdHHPXosYGAmfJ9E28cOjrUOfWp8C/GSk="


def test_the_published_example_is_accepted():
    body = PUBLISHED.read_bytes()
    [event] = events.receive([KEY], signed(body), body)
    assert (event.kind, event.provider_ref) == (EventKind.OTHER, "sample string")


def test_the_published_example_with_any_byte_changed_is_refused():
    body = PUBLISHED.read_bytes()
    headers = signed(body)
    for at in range(0, len(body), len(body) // 60):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        with pytest.raises(Unauthentic):
            events.receive([KEY], headers, changed)


def test_the_same_data_written_anew_is_refused():
    body = PUBLISHED.read_bytes()
    with pytest.raises(Unauthentic):
        events.receive([KEY], signed(body), json.dumps(json.loads(body)).encode())


def test_any_of_their_signatures_may_fit_any_of_our_keys():
    body = message()
    several = signed(body, "someone's") | signed(body, KEY, 2)
    assert events.receive(["the new one", KEY], several, body)
    with pytest.raises(Unauthentic):
        events.receive(["the new one"], several, body)


@pytest.mark.parametrize("headers", [{}, {"x-docusign-signature-1": ""}, {"x-docusign-signature-1": "ключ"}])
def test_no_proof_is_no_message(headers):
    with pytest.raises(Unauthentic):
        events.receive([KEY], headers, message())
    with pytest.raises(Unauthentic):
        events.receive([], signed(message(), ""), message())


def test_keys_stand_on_lines_of_their_own():
    assert events.keys_in(" old-key\n\nnew-key \r\n") == ["old-key", "new-key"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"event": 1, "data": {}}', b'{"event": "x", "data": []}']
)
def test_what_is_no_message_is_said_to_be_unreadable(body):
    with pytest.raises(InvalidPayload):
        events.receive([KEY], signed(body), body)


@pytest.mark.parametrize(("word", "kind"), [*EVENTS.items(), ("envelope-teleported", EventKind.OTHER)])
def test_every_event_has_its_kind(word, kind):
    body = message(word)
    [event] = events.receive([KEY], signed(body), body)
    assert (event.kind, event.provider_ref) == (kind, "e1")


def test_a_signer_is_named_by_our_number_even_where_they_say_a_guid():
    summary = {
        "customFields": {"textCustomFields": [{"name": "paraph_ref", "value": "ref-7"}]},
        "recipients": {"signers": [{"recipientId": "2", "recipientIdGuid": "g-2", "autoRespondedReason": "Full"}]},
    }
    body = message("recipient-autoresponded", recipientId="g-2", envelopeSummary=summary)
    [event] = events.receive([KEY], signed(body), body)
    assert (event.kind, event.signer_ref, event.our_ref, event.reason) == (
        EventKind.SIGNER_BOUNCED,
        "2",
        "ref-7",
        "Full",
    )
    plain = message("recipient-completed", recipientId="1")
    assert events.receive([KEY], signed(plain), plain)[0].signer_ref == "1"
    strange = message("recipient-completed", recipientId="g-9")
    assert events.receive([KEY], signed(strange), strange)[0].signer_ref == ""


def test_only_events_that_tell_something_new_are_asked_for(room, far):
    room.create(order_for(2, notify_url="https://sign.example.com/webhooks/docusign/s"), NO_DRAFT)
    ref = far.sent()[0]
    for one in order_for(2).signers:
        far.view(ref, one.email)
        far.sign(ref, one.email)
    told = Counter(json.loads(one.body)["event"] for one in far.posted())
    assert told == {"recipient-delivered": 2, "recipient-completed": 2, "envelope-completed": 1}


def test_doubled_reordered_unknown_and_forged_events_do_no_harm(scene):
    request_id = scene.send()
    ref = scene.ref(request_id)
    faults, envelope = scene.far.service.faults, scene.far.envelope(ref)
    faults.add("duplicate_event")
    scene.far.view(ref, ANN.email)
    faults.add("reordered_event")
    scene.far.sign(ref, ANN.email)
    faults.add("unknown_event", name="envelope-teleported")
    scene.far.view(ref, MARCO.email)
    scene.far.connect.tell("envelope-completed", envelope)
    scene.far.connect.forge("envelope-voided", envelope, envelope.hooks[0].url, {"status": "voided"})
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.timeline(request_id) == ["request_sent", "signer_signed", "signer_viewed"]
    assert len([row for row in scene.inbox() if row.error]) == 1  # the forged one
    scene.far.sign(ref, MARCO.email)
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_lost_events_are_made_up_for_by_a_look(scene):
    request_id = scene.send(ANN)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.lose_events()
    scene.pass_time(minutes=20)
    assert scene.status(request_id) is Status.AWAITING_APPROVAL
