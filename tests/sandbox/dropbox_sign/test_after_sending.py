"""remind, update, edit, cancel, remove, list; expiry and bounces."""

from __future__ import annotations

import time

import dropbox_sign
import pytest
import requests
from dropbox_sign import models

from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.world import Sandbox
from tests.sandbox.dropbox_sign.conftest import ANN, MARCO, Client, content, link, refusal, signature
from tests.sandbox.dropbox_sign.test_signing import sign
from tests.sandbox.hosted import told

HOUR_S, DAY_S = 3600, 86_400


def remind(client: Client, request_id: str, email: str, name: str | None = None) -> None:
    body = models.SignatureRequestRemindRequest(email_address=email, name=name)
    client.requests.signature_request_remind(request_id, body)


def update(client: Client, request_id: str, signature_id: str, **changes: str) -> models.SignatureRequestResponse:
    body = models.SignatureRequestUpdateRequest(signature_id=signature_id, **changes)
    return client.requests.signature_request_update(request_id, body).signature_request


def test_a_reminder_is_sent_at_most_once_an_hour(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    remind(client, sent.signature_request_id, ANN[1])
    assert sandbox.mailbox.letters(ANN[1])[0].subject == "Reminder: Service agreement"
    with pytest.raises(dropbox_sign.ApiException) as refused:
        remind(client, sent.signature_request_id, ANN[1])
    assert refusal(refused.value)[:2] == (400, "invalid_reminder")
    service.advance(HOUR_S)
    remind(client, sent.signature_request_id, ANN[1])
    assert client.get(sent.signature_request_id).signatures[0].last_reminded_at is not None


def test_two_signers_of_one_address_are_told_apart_by_name(sandbox: Sandbox, client: Client) -> None:
    people = [models.SubSignatureRequestSigner(name=name, email_address=ANN[1]) for name in ("Ann Lee", "Ann Twin")]
    sent = client.send(ANN, signers=people)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        remind(client, sent.signature_request_id, ANN[1])
    assert refusal(refused.value) == (400, "bad_request", "name")
    remind(client, sent.signature_request_id, ANN[1], "Ann Twin")
    reminded = [one.last_reminded_at is not None for one in client.get(sent.signature_request_id).signatures]
    assert reminded == [False, True]


def test_nobody_is_reminded_out_of_turn_or_in_an_embedded_request(client: Client) -> None:
    sent = client.send(ANN, MARCO)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        remind(client, sent.signature_request_id, MARCO[1])
    assert refusal(refused.value)[1] == "invalid_reminder"
    made = client.embed(ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        remind(client, made.signature_request_id, ANN[1])
    assert refusal(refused.value)[:2] == (400, "bad_request")


def test_a_changed_address_makes_a_new_signature_id(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN)
    old = link(sandbox, ANN)
    (now,) = update(
        client, sent.signature_request_id, sent.signatures[0].signature_id, email_address=MARCO[1]
    ).signatures
    assert now.signature_id != sent.signatures[0].signature_id
    assert told(requests.get(old, timeout=10))[0].startswith("This link is not valid any more")
    assert sign(sandbox, MARCO).status_code == 200
    assert client.get(sent.signature_request_id).is_complete


def test_a_changed_name_keeps_the_signature_id(client: Client) -> None:
    sent = client.send(ANN)
    (now,) = update(client, sent.signature_request_id, sent.signatures[0].signature_id, name="Ann Lee-Rossi").signatures
    assert (now.signature_id, now.signer_name) == (sent.signatures[0].signature_id, "Ann Lee-Rossi")


def test_an_appended_signature_page_forbids_updates(client: Client) -> None:
    sent = client.send(ANN, form_fields_per_document=None)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        update(client, sent.signature_request_id, sent.signatures[0].signature_id, email_address=MARCO[1])
    assert refusal(refused.value)[:2] == (400, "bad_request")


def test_a_bounced_letter_is_answered_with_another_address(sandbox: Sandbox, client: Client) -> None:
    sandbox.mailbox.faults.add("smtp_reject", method=ANN[1])
    sent = client.send(ANN)
    assert sent.signatures[0].status_code == "error_invalid_email"
    (now,) = update(
        client, sent.signature_request_id, sent.signatures[0].signature_id, email_address=MARCO[1]
    ).signatures
    assert now.status_code == "awaiting_signature"
    assert len(sandbox.mailbox.letters(MARCO[1])) == 1


def test_an_edited_request_keeps_its_id_and_gets_new_signatures(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN)
    old = link(sandbox, ANN)
    body = models.SignatureRequestEditRequest(**content((MARCO,)) | {"title": "Second version"})
    client.requests.signature_request_edit(sent.signature_request_id, body)
    sandbox.dropbox_sign.settle()
    now = client.get(sent.signature_request_id)
    assert (now.title, [one.signer_name for one in now.signatures]) == ("Second version", ["Marco Rossi"])
    assert requests.get(old, timeout=10).status_code == 404
    assert len(sandbox.mailbox.letters(MARCO[1])) == 1


def test_canceling_is_promised_first_and_done_later(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    url = link(sandbox, ANN)
    service.cancel_s = HOUR_S
    client.requests.signature_request_cancel(sent.signature_request_id)
    assert client.get(sent.signature_request_id).is_complete is False
    service.advance(HOUR_S)
    service.settle()
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.get(sent.signature_request_id)
    assert refusal(refused.value)[:2] == (410, "deleted")
    assert requests.get(url, timeout=10).status_code == 410
    assert client.requests.signature_request_list().signature_requests == []


def test_a_signer_may_be_faster_than_the_cancellation(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    service.cancel_s = HOUR_S
    client.requests.signature_request_cancel(sent.signature_request_id)
    requests.post(link(sandbox, ANN), data={"agree": "1", "signature-typed": "Ann"}, timeout=10)
    service.advance(HOUR_S)
    service.settle()
    assert client.get(sent.signature_request_id).is_complete


def test_a_finished_request_is_removed_not_canceled(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.requests.signature_request_remove(sent.signature_request_id)
    assert refusal(refused.value)[1] == "signature_request_remove_failed"
    sign(sandbox, ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.requests.signature_request_cancel(sent.signature_request_id)
    assert refusal(refused.value)[:2] == (403, "signature_request_cancel_failed")
    client.requests.signature_request_remove(sent.signature_request_id)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.get(sent.signature_request_id)
    assert refusal(refused.value)[1] == "not_found"


def test_unsigned_signatures_expire(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN, MARCO, expires_at=int(time.time()) + 2 * DAY_S)
    sign(sandbox, ANN)
    service.advance(2 * DAY_S)
    service.settle()
    now = client.get(sent.signature_request_id)
    assert [one.status_code for one in now.signatures] == ["signed", "expired"]
    assert told(requests.get(link(sandbox, MARCO), timeout=10)) == ["This signature request has expired."]


def test_a_later_expiry_outlives_the_first(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN, expires_at=int(time.time()) + 2 * DAY_S)
    body = models.SignatureRequestUpdateRequest(
        signature_id=sent.signatures[0].signature_id, name=ANN[0], expires_at=int(time.time()) + 9 * DAY_S
    )
    client.requests.signature_request_update(sent.signature_request_id, body)
    service.advance(3 * DAY_S)
    service.settle()
    assert client.get(sent.signature_request_id).signatures[0].status_code == "awaiting_signature"
    service.advance(7 * DAY_S)
    service.settle()
    assert client.get(sent.signature_request_id).signatures[0].status_code == "expired"


def test_the_list_is_newest_first_in_pages(client: Client) -> None:
    for number in range(3):
        client.send(ANN, title=f"Contract {number}")
    page = client.requests.signature_request_list(page=1, page_size=2)
    assert [one.title for one in page.signature_requests] == ["Contract 2", "Contract 1"]
    assert (page.list_info.num_pages, page.list_info.num_results) == (2, 3)
    found = client.requests.signature_request_list(query="title:1")
    assert [one.title for one in found.signature_requests] == ["Contract 1"]
    for wrong in ({"page_size": 101}, {"page": 0}):
        with pytest.raises(dropbox_sign.ApiException) as refused:
            client.requests.signature_request_list(**wrong)
        assert refused.value.status == 400


def test_the_list_may_be_a_moment_late(client: Client, service: DropboxSign) -> None:
    service.list_delay_s = 60
    client.send(ANN)
    assert client.requests.signature_request_list().signature_requests == []
    service.advance(61)
    assert len(client.requests.signature_request_list().signature_requests) == 1


def test_strangers_see_nothing(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    stranger = Client(service, service.add_account("vera@globex.example", "Globex"))
    with pytest.raises(dropbox_sign.ApiException) as refused:
        stranger.get(sent.signature_request_id)
    assert refusal(refused.value)[1] == "not_found"
    assert stranger.requests.signature_request_list().signature_requests == []


def test_a_receiver_sees_the_request_and_may_not_cancel_it(client: Client, service: DropboxSign) -> None:
    ann = Client(service, service.add_account(ANN[1], ANN[0]))
    sent = client.send(ANN)
    assert ann.get(sent.signature_request_id).title == "Service agreement"
    with pytest.raises(dropbox_sign.ApiException) as refused:
        ann.requests.signature_request_cancel(sent.signature_request_id)
    assert refusal(refused.value)[1] == "forbidden"


def test_fields_given_again_by_an_edit_replace_the_old(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    body = models.SignatureRequestEditRequest(
        **content((ANN,)) | {"form_fields_per_document": [signature(0, api_id="other")]}
    )
    client.requests.signature_request_edit(sent.signature_request_id, body)
    service.settle()
    assert [one.id for one in service.requests[sent.signature_request_id].fields] == ["other"]
