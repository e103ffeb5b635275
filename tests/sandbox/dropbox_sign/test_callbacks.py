"""Events as a receiver sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from dropbox_sign import EventCallbackHelper, models

from b24app.sandbox.dropbox_sign.callbacks import ANSWER
from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.world import Sandbox
from tests.sandbox.dropbox_sign import contract
from tests.sandbox.dropbox_sign.conftest import ANN, MARCO, Client, content, link
from tests.sandbox.dropbox_sign.genuine import is_genuine
from tests.sandbox.dropbox_sign.test_signing import sign
from tests.sandbox.published import VENDOR
from tests.sandbox.receiver import Receiver

EVENTS = VENDOR / "dropbox-sign-3.0.0" / "events"
PUBLISHED_KEY = "324e3b0840f065eb51f3fd63231d0d33daa35d4ed10d27718839e81737065782"


def payloads(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(post.form["json"]) for post in receiver.posts]


def types(receiver: Receiver) -> list[str]:
    return [payload["event"]["event_type"] for payload in payloads(receiver)]


@pytest.mark.parametrize("kind", ["Account", "App"])
def test_the_vendors_own_fixtures_are_believed_and_one_byte_changed_is_not(kind: str) -> None:
    fixtures = json.loads((EVENTS / f"EventCallbackHelper_{kind}Callbacks.json").read_text())
    for payload in fixtures.values():
        assert is_genuine(payload, PUBLISHED_KEY)
        event = payload["event"]
        for name in ("event_time", "event_hash"):
            changed = event | {name: chr(ord(event[name][0]) ^ 1) + event[name][1:]}
            assert not is_genuine({"event": changed}, PUBLISHED_KEY)


def test_our_events_are_genuine_to_us_and_to_the_vendors_helper(
    client: Client, receiver: Receiver, service: DropboxSign
) -> None:
    client.send(ANN)
    (payload,) = payloads(receiver)
    assert is_genuine(payload, service.account.api_key)
    parsed = models.EventCallbackRequest.init(payload)
    assert EventCallbackHelper.is_valid(service.account.api_key, parsed)
    assert EventCallbackHelper.get_callback_type(parsed) == "account_callback"
    payload["event"]["event_time"] = "1" + payload["event"]["event_time"][1:] + "0"
    assert not is_genuine(payload, service.account.api_key)


@pytest.mark.parametrize("kind", ["Account", "App"])
def test_an_event_has_every_key_of_the_published_example(
    kind: str, client: Client, receiver: Receiver, service: DropboxSign
) -> None:
    service.app.callback_url = f"{receiver.url}/app"
    client.send(ANN, client_id=service.app.client_id)
    example = json.loads((EVENTS / f"EventCallback{kind}SignatureRequestSent.json").read_text())
    post = next(one for one in receiver.posts if one.path == kind.lower())
    payload = json.loads(post.form["json"])
    for part in ("event", "signature_request"):
        assert set(example[part]) <= set(payload[part])
    assert contract.API.problems("EventCallbackRequest", payload) == []


def test_events_come_as_a_multipart_field_named_json(client: Client, receiver: Receiver) -> None:
    client.send(ANN)
    (post,) = receiver.posts
    assert post.headers["Content-Type"].startswith("multipart/form-data")
    assert set(post.form) == {"json"}


def test_the_life_of_a_request_is_reported(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    sent = client.send(ANN, MARCO)
    requests.get(link(sandbox, ANN), timeout=10)
    sign(sandbox, ANN)
    sign(sandbox, MARCO)
    assert [name.removeprefix("signature_request_") for name in types(receiver)] == [
        "sent",
        "viewed",
        "signed",
        "downloadable",
        "signed",
        "all_signed",
        "downloadable",
    ]
    signed = payloads(receiver)[2]
    assert signed["event"]["event_metadata"]["related_signature_id"] == sent.signatures[0].signature_id
    assert signed["signature_request"]["signatures"][0]["status_code"] == "signed"


def test_a_request_of_an_app_is_reported_twice(client: Client, receiver: Receiver, service: DropboxSign) -> None:
    service.app.callback_url = f"{receiver.url}/app"
    client.send(ANN, client_id=service.app.client_id)
    assert sorted(post.path for post in receiver.posts) == ["account", "app"]
    by_path = {post.path: json.loads(post.form["json"]) for post in receiver.posts}
    assert by_path["app"]["event"]["event_metadata"]["reported_for_app_id"] == service.app.client_id
    assert by_path["app"]["client_id"] == service.app.client_id
    assert by_path["account"]["event"]["event_metadata"]["reported_for_app_id"] is None
    assert all(is_genuine(payload, service.account.api_key) for payload in by_path.values())


def test_a_receiving_account_is_told_with_its_own_key(client: Client, receiver: Receiver, service: DropboxSign) -> None:
    other = service.add_account(ANN[1], ANN[0])
    other.callback_url = f"{receiver.url}/received"
    client.send(ANN)
    payload = next(json.loads(post.form["json"]) for post in receiver.posts if post.path == "received")
    assert is_genuine(payload, other.api_key)
    assert not is_genuine(payload, service.account.api_key)


def test_saving_a_callback_url_sends_a_test(client: Client, service: DropboxSign) -> None:
    with Receiver(ANSWER) as receiver:
        body = models.AccountUpdateRequest(callback_url=f"{receiver.url}/new")
        assert client.account.account_update(body).account.callback_url == f"{receiver.url}/new"
        client.apps.api_app_update(
            service.app.client_id, models.ApiAppUpdateRequest(callback_url=f"{receiver.url}/app")
        )
        service.settle()
        assert types(receiver) == ["callback_test", "callback_test"]
        assert [one.accepted for one in service.callbacks.deliveries] == [True, True]


@pytest.mark.parametrize("answer", [("", 200), ('{"ok": true}', 200), (ANSWER, 500), (ANSWER, 302)])
def test_a_wrong_answer_is_asked_again(
    client: Client, receiver: Receiver, service: DropboxSign, answer: tuple[str, int]
) -> None:
    receiver.answers = [answer, answer]
    client.send(ANN)
    assert len(receiver.posts) == 1
    for wait_s in (300, 900):
        service.advance(wait_s / service.callbacks.speed)
        service.settle()
    assert [one.attempt for one in service.callbacks.deliveries] == [1, 2, 3]
    assert [one.accepted for one in service.callbacks.deliveries] == [False, False, True]
    assert len({post.form["json"] for post in receiver.posts}) == 1


def test_after_six_repeats_nothing_comes_any_more(client: Client, receiver: Receiver, service: DropboxSign) -> None:
    receiver.answer = "no"
    service.callbacks.speed = 1e6
    client.send(ANN)
    for _ in range(8):
        service.advance(1)
        service.settle()
    assert len(receiver.posts) == 7


def test_events_may_be_lost_doubled_late_and_out_of_order(
    sandbox: Sandbox, client: Client, receiver: Receiver, service: DropboxSign
) -> None:
    service.faults.add("duplicate_event", method="signature_request_sent")
    service.faults.add("reordered_event", method="signature_request_signed")
    service.faults.add("lost_event", method="signature_request_downloadable")
    client.send(ANN)
    sign(sandbox, ANN)
    names = [name.removeprefix("signature_request_") for name in types(receiver)]
    assert names == ["sent", "sent", "all_signed", "signed"]


def test_a_late_event_waits(client: Client, receiver: Receiver, service: DropboxSign) -> None:
    service.faults.add("late_event", delay_s=600)
    client.send(ANN)
    assert types(receiver) == []
    service.advance(600)
    service.settle()
    assert types(receiver) == ["signature_request_sent"]


def test_a_type_nobody_knows(client: Client, receiver: Receiver, service: DropboxSign) -> None:
    service.faults.add("unknown_event", name="signature_request_teleported")
    client.send(ANN)
    assert types(receiver) == ["signature_request_teleported"]
    assert is_genuine(payloads(receiver)[0], service.account.api_key)


def test_events_may_arrive_before_the_send_is_answered(
    client: Client, receiver: Receiver, service: DropboxSign
) -> None:
    service.faults.add("early_events")
    client.requests.signature_request_send(models.SignatureRequestSendRequest(**content((ANN,))))
    assert types(receiver) == ["signature_request_sent"]


def test_a_forged_event_shows_and_one_with_a_replayed_hash_does_not(
    client: Client, receiver: Receiver, service: DropboxSign
) -> None:
    sent = client.send(ANN)
    request = service.requests[sent.signature_request_id]
    lie = {"is_complete": True}
    for right in (False, True):
        service.callbacks.forge(
            "signature_request_all_signed", request, f"{receiver.url}/account", lie, right_hash=right
        )
    service.settle()
    forged = payloads(receiver)[1:]
    assert [is_genuine(payload, service.account.api_key) for payload in forged] == [False, True]
    assert forged[1]["signature_request"]["is_complete"] is True
    assert client.get(sent.signature_request_id).is_complete is False
