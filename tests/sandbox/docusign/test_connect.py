"""Connect messages as a receiver sees them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import docusign_esign as ds
import pytest
import requests

from b24app.sandbox.docusign.model import Hook
from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.world import Sandbox
from tests.sandbox.docusign.conftest import ANN, MARCO, Client, definition, hook, link
from tests.sandbox.docusign.test_signing import sign
from tests.sandbox.published import VENDOR
from tests.sandbox.receiver import Received, Receiver

SAMPLE = json.loads((VENDOR / "docusign-2.1" / "connect.schema-v2.json").read_text())


def is_genuine(post: Received, keys: list[str]) -> bool:
    """Whether any signature header fits the raw body under any of our keys."""
    given = [value for name, value in post.headers.items() if name.lower().startswith("x-docusign-signature-")]
    ours = [base64.b64encode(hmac.new(key.encode(), post.raw, hashlib.sha256).digest()).decode() for key in keys]
    return any(hmac.compare_digest(one, other) for one in given for other in ours)


def messages(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(post.raw) for post in receiver.posts]


def events(receiver: Receiver) -> list[str]:
    return [message["event"] for message in messages(receiver)]


def test_the_life_of_an_envelope_is_reported_in_order(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    client.send(ANN, MARCO, event_notification=hook(receiver))
    requests.get(link(sandbox, ANN), timeout=10)
    sign(sandbox, ANN)
    requests.get(link(sandbox, MARCO), timeout=10)
    sign(sandbox, MARCO)
    assert events(receiver) == [
        "envelope-sent",
        "recipient-sent",
        "recipient-delivered",
        "recipient-completed",
        "recipient-sent",
        "recipient-delivered",
        "envelope-delivered",
        "recipient-completed",
        "envelope-completed",
    ]


def test_messages_are_signed_over_the_raw_body_with_every_key(
    client: Client, receiver: Receiver, service: DocuSign
) -> None:
    service.account.hmac_keys = ["first", "second"]
    client.send(ANN, event_notification=hook(receiver))
    for post in receiver.posts:
        assert is_genuine(post, ["second"])
        assert is_genuine(post, ["other", "first"])
        assert not is_genuine(post, ["other"])
        changed = Received(post.path, post.headers, post.raw[:-1] + b" }", {})
        assert not is_genuine(changed, ["first", "second"])


def test_an_integration_may_manage_the_keys_itself(client: Client, receiver: Receiver, service: DocuSign) -> None:
    service.integration.hmac_keys = ["ours"]
    client.send(ANN, event_notification=hook(receiver, integrator_managed="true"))
    assert all(is_genuine(post, ["ours"]) for post in receiver.posts)
    assert not is_genuine(receiver.posts[0], service.account.hmac_keys)


def test_without_hmac_nothing_is_signed(client: Client, receiver: Receiver) -> None:
    client.send(ANN, event_notification=hook(receiver, include_hmac="false"))
    assert not [name for name in receiver.posts[0].headers if "signature" in name.lower()]


def test_a_message_has_the_shape_of_the_published_sample(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    data = ds.ConnectEventData(
        version="restv2.1", format="json", include_data=["recipients", "custom_fields", "documents"]
    )
    fields = ds.CustomFields(text_custom_fields=[ds.TextCustomField(name="paraph", value="7")])
    client.send(ANN, event_notification=hook(receiver, event_data=data), custom_fields=fields)
    sign(sandbox, ANN)
    for message in messages(receiver):
        assert set(message) == set(SAMPLE)
        assert set(message["data"]) <= set(SAMPLE["data"])
        summary, sample = message["data"]["envelopeSummary"], SAMPLE["data"]["envelopeSummary"]
        assert set(summary) - {"expireEnabled", "expireAfter", "expireDateTime"} <= set(sample)
        assert set(summary["recipients"]) <= set(sample["recipients"])
        assert set(summary["envelopeDocuments"][0]) <= set(sample["envelopeDocuments"][0])
        assert base64.b64decode(summary["envelopeDocuments"][0]["PDFBytes"]).startswith(b"%PDF-")
    about_ann = [one for one in messages(receiver) if one["event"].startswith("recipient-")]
    assert {one["data"]["recipientId"] for one in about_ann} == {client.signers(envelope(client))[0].recipient_id_guid}


def envelope(client: Client) -> str:
    return next(iter(client.service.envelopes))


def test_without_data_only_ids_are_sent(client: Client, receiver: Receiver) -> None:
    data = ds.ConnectEventData(version="restv2.1", format="json", include_data=[])
    client.send(ANN, event_notification=hook(receiver, event_data=data))
    assert set(messages(receiver)[0]["data"]) == {"accountId", "userId", "envelopeId"}


def test_only_what_was_asked_for_is_sent(client: Client, receiver: Receiver) -> None:
    envelope_id = client.send(ANN, event_notification=hook(receiver, events=["envelope-voided"]))
    client.update(envelope_id, status="voided", voided_reason="no")
    client.service.settle()
    assert events(receiver) == ["envelope-voided"]
    assert messages(receiver)[0]["data"]["envelopeSummary"]["voidedReason"] == "no"


def test_a_configuration_of_the_account_hears_of_every_envelope(
    client: Client, receiver: Receiver, service: DocuSign
) -> None:
    service.connect.configurations.append(
        Hook(f"{receiver.url}/account", ["envelope-sent"], ["recipients"], hmac=True, configuration_id="77")
    )
    client.send(ANN)
    assert [(one["event"], one["configurationId"]) for one in messages(receiver)] == [("envelope-sent", "77")]


def test_an_unanswered_message_is_repeated_and_counted(client: Client, receiver: Receiver, service: DocuSign) -> None:
    receiver.answers = [("", 500), ("", 302)]
    client.send(ANN, event_notification=hook(receiver, events=["envelope-sent"]))
    for wait_s in (300, 600):
        service.advance(wait_s / service.connect.speed)
        service.settle()
    assert [one["retryCount"] for one in messages(receiver)] == [0, 1, 2]
    assert all(is_genuine(post, service.account.hmac_keys) for post in receiver.posts)
    assert [one.accepted for one in service.connect.deliveries] == [False, False, True]


def test_without_acknowledgment_nothing_is_repeated(client: Client, receiver: Receiver, service: DocuSign) -> None:
    receiver.answers = [("", 500)]
    quiet = hook(receiver, events=["envelope-sent"], require_acknowledgment="false")
    client.send(ANN, event_notification=quiet)
    service.advance(86_400)
    service.settle()
    assert len(receiver.posts) == 1


def test_a_bounce_a_correction_and_a_handover_are_reported(
    sandbox: Sandbox, client: Client, receiver: Receiver
) -> None:
    sandbox.mailbox.faults.add("smtp_reject", method=ANN[1])
    envelope_id = client.send(ANN, event_notification=hook(receiver))
    people = ds.Recipients(signers=[ds.Signer(recipient_id="1", name=MARCO[0], email=MARCO[1])])
    client.envelopes.update_recipients(client.account, envelope_id, recipients=people, resend_envelope="true")
    requests.post(f"{link(sandbox, MARCO)}/reassign", data={"name": ANN[0], "email": ANN[1]}, timeout=10)
    client.service.settle()
    wanted = ["envelope-sent", "recipient-sent", "recipient-autoresponded", "envelope-corrected", "recipient-reassign"]
    assert events(receiver) == wanted


def test_messages_may_be_lost_doubled_out_of_order_and_unknown(
    client: Client, receiver: Receiver, service: DocuSign
) -> None:
    service.faults.add("reordered_event", method="envelope-sent")
    service.faults.add("duplicate_event", method="recipient-sent")
    envelope_id = client.send(ANN, event_notification=hook(receiver))
    assert events(receiver) == ["recipient-sent", "recipient-sent", "envelope-sent"]
    service.faults.add("lost_event", method="envelope-resent")
    client.update(envelope_id, resend=True)
    service.faults.add("unknown_event", name="envelope-teleported")
    client.update(envelope_id, status="voided", voided_reason="no")
    service.settle()
    assert events(receiver)[3:] == ["envelope-teleported"]


def test_messages_may_arrive_before_the_create_call_is_answered(
    client: Client, receiver: Receiver, service: DocuSign
) -> None:
    service.faults.add("early_events")
    body = definition(ANN, event_notification=hook(receiver))
    client.envelopes.create_envelope(client.account, envelope_definition=body)
    assert events(receiver) == ["envelope-sent", "recipient-sent"]


def test_a_forged_message_does_not_fit_the_key(client: Client, receiver: Receiver, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    service.connect.forge(
        "envelope-completed", service.envelopes[envelope_id], f"{receiver.url}/connect", {"status": "completed"}
    )
    service.settle()
    assert not is_genuine(receiver.posts[0], service.account.hmac_keys)
    assert client.get(envelope_id).status == "sent"


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "ftp://x.example"},
        {"delivery_mode": "aggregate"},
        {"event_data": ds.ConnectEventData(version="restv2.1", format="xml")},
    ],
)
def test_other_deliveries_are_refused(client: Client, receiver: Receiver, changes: dict[str, Any]) -> None:
    with pytest.raises(ds.ApiException):
        client.send(ANN, event_notification=hook(receiver, **changes))
