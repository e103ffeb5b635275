"""Envelopes: what is accepted, what is refused, what becomes of them."""

from __future__ import annotations

import base64
from typing import Any

import docusign_esign as ds
import pytest
import requests

from b24app.sandbox.docusign.people import Account
from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.world import Sandbox
from tests.sandbox.docusign.conftest import ANN, MARCO, Client, definition, document, link, refusal, sign_here, signer

DAY_S = 86_400


def test_a_sent_envelope_reaches_the_first_signer(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN, MARCO)
    envelope = client.get(envelope_id)
    assert (envelope.status, envelope.email_subject) == ("sent", "Service agreement")
    assert [one.status for one in envelope.recipients.signers] == ["sent", "created"]
    assert envelope.recipients.current_routing_order == "1"
    assert [letter.subject for letter in sandbox.mailbox.letters(ANN[1])] == ["Service agreement"]
    assert sandbox.mailbox.letters(MARCO[1]) == []


def test_a_draft_is_sent_later(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN, status="created")
    assert client.get(envelope_id).status == "created"
    assert sandbox.mailbox.letters() == []
    client.update(envelope_id, status="sent")
    assert client.get(envelope_id).sent_date_time is not None
    assert len(sandbox.mailbox.letters(ANN[1])) == 1


def test_equal_routing_orders_are_asked_at_once_and_copies_take_their_turn(sandbox: Sandbox, client: Client) -> None:
    people = ds.Recipients(
        signers=[signer(1, ANN, routing_order="2"), signer(2, MARCO, routing_order="2")],
        carbon_copies=[ds.CarbonCopy(recipient_id="9", name="Law", email="law@x.example", routing_order="1")],
    )
    envelope = client.get(client.send(recipients=people))
    assert envelope.recipients.carbon_copies[0].status == "completed"
    assert [one.status for one in envelope.recipients.signers] == ["sent", "sent"]
    assert len(sandbox.mailbox.letters("law@x.example")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email_subject": "x" * 101}, "INVALID_REQUEST_PARAMETER"),
        ({"email_subject": ""}, "ENVELOPE_IS_INCOMPLETE"),
        ({"documents": []}, "ENVELOPE_IS_INCOMPLETE"),
        ({"documents": [document(document_id="a")]}, "INVALID_REQUEST_PARAMETER"),
        ({"documents": [document(), document()]}, "INVALID_REQUEST_PARAMETER"),
        ({"documents": [document(document_base64="not base64!")]}, "UNABLE_TO_CONVERT_DOCUMENT"),
        ({"documents": [document(file_extension="docx")]}, "UNABLE_TO_CONVERT_DOCUMENT"),
        ({"recipients": ds.Recipients(signers=[signer(1, ("Ann", "nowhere"))])}, "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT"),
        ({"recipients": ds.Recipients(signers=[signer(1, ANN), signer(1, MARCO)])}, "INVALID_REQUEST_PARAMETER"),
        ({"recipients": ds.Recipients(signers=[signer(1, ("", ANN[1]))])}, "INVALID_REQUEST_PARAMETER"),
        ({"status": "voided"}, "INVALID_REQUEST_PARAMETER"),
        ({"status": True}, "INVALID_REQUEST_BODY"),
        ({"template_id": "1"}, "INVALID_REQUEST_BODY"),
    ],
)
def test_what_the_service_does_not_take(client: Client, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ds.ApiException) as refused:
        client.send(ANN, **changes)
    assert refusal(refused.value) == (400, code)


@pytest.mark.parametrize(
    ("tab", "code"),
    [
        ({"page_number": "2"}, "TAB_OUT_OF_BOUNDS"),
        ({"x_position": "700"}, "TAB_OUT_OF_BOUNDS"),
        ({"document_id": "2"}, "INVALID_REQUEST_PARAMETER"),
        ({"x_position": "6.5"}, "INVALID_REQUEST_PARAMETER"),
        ({"scale_value": "3"}, "INVALID_REQUEST_PARAMETER"),
        ({"anchor_string": "/nowhere/"}, "ANCHOR_TAB_STRING_NOT_FOUND"),
        ({"anchor_string": "agree", "anchor_units": "ells"}, "INVALID_REQUEST_PARAMETER"),
    ],
)
def test_tabs_that_have_no_place(client: Client, tab: dict[str, str], code: str) -> None:
    people = ds.Recipients(signers=[signer(1, ANN, tabs=ds.Tabs(sign_here_tabs=[sign_here(**tab)]))])
    with pytest.raises(ds.ApiException) as refused:
        client.send(recipients=people)
    assert refusal(refused.value) == (400, code)


def test_an_anchor_places_a_tab_at_every_hit_in_every_document(client: Client) -> None:
    tab = ds.SignHere(anchor_string="/SIG1/", anchor_units="inches", anchor_x_offset="1", anchor_y_offset="0")
    people = ds.Recipients(signers=[signer(1, ANN, tabs=ds.Tabs(sign_here_tabs=[tab]))])
    documents = [document("here /sig1/", "and /sig1/"), document("/sig1/", document_id="2")]
    (one,) = client.signers(client.send(recipients=people, documents=documents))
    placed = [(found.page_number, int(found.x_position)) for found in one.tabs.sign_here_tabs]
    assert len(placed) == 3
    assert placed[2] == ("1", 64 + 72)


def test_an_absent_anchor_may_be_ignored(client: Client) -> None:
    tab = ds.SignHere(anchor_string="/nowhere/", anchor_ignore_if_not_present="true")
    people = ds.Recipients(signers=[signer(1, ANN, tabs=ds.Tabs(sign_here_tabs=[tab]))])
    (one,) = client.signers(client.send(recipients=people))
    assert one.total_tab_count == "0"


def test_a_text_tab_may_be_prefilled(client: Client) -> None:
    place = {"document_id": "1", "page_number": "1", "x_position": "60", "y_position": "100"}
    tabs = ds.Tabs(sign_here_tabs=[sign_here()], text_tabs=[ds.Text(**place, value="PO-7", locked="true")])
    (one,) = client.signers(client.send(recipients=ds.Recipients(signers=[signer(1, ANN, tabs=tabs)])))
    assert one.tabs.text_tabs[0].value == "PO-7"


def test_voiding_needs_a_reason_and_cuts_it(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN)
    with pytest.raises(ds.ApiException) as refused:
        client.update(envelope_id, status="voided")
    assert refusal(refused.value) == (400, "INVALID_REQUEST_PARAMETER")
    client.update(envelope_id, status="voided", voided_reason="x" * 250)
    envelope = client.get(envelope_id)
    assert (envelope.status, envelope.voided_reason) == ("voided", "x" * 200)
    with pytest.raises(ds.ApiException) as refused:
        client.update(envelope_id, status="voided", voided_reason="again")
    assert refusal(refused.value) == (400, "ENVELOPE_CANNOT_VOID_INVALID_STATE")
    assert "has been voided" in requests.get(link(sandbox, ANN), timeout=10).text


def test_an_expired_envelope_ends_as_voided(client: Client, service: DocuSign) -> None:
    rule = ds.Notification(
        use_account_defaults="false", expirations=ds.Expirations(expire_enabled="true", expire_after="3")
    )
    envelope_id = client.send(ANN, notification=rule)
    service.advance(2 * DAY_S)
    service.settle()
    fresh = Client(service)
    assert fresh.get(envelope_id).status == "sent"
    service.advance(DAY_S)
    service.settle()
    envelope = Client(service).get(envelope_id)
    assert (envelope.status, envelope.voided_reason) == ("voided", "Envelope has expired.")


def test_a_later_expiry_replaces_the_first(client: Client, service: DocuSign) -> None:
    def rule(days: str, kind: type[Any]) -> Any:
        return kind(use_account_defaults="false", expirations=ds.Expirations(expire_enabled="true", expire_after=days))

    envelope_id = client.send(ANN, notification=rule("1", ds.Notification))
    body = rule("5", ds.EnvelopeNotificationRequest)
    client.envelopes.update_notification_settings(client.account, envelope_id, envelope_notification_request=body)
    service.advance(2 * DAY_S)
    service.settle()
    assert Client(service).get(envelope_id).status == "sent"


def test_reminders_are_sent_by_the_service(sandbox: Sandbox, client: Client, service: DocuSign) -> None:
    rule = ds.Notification(
        use_account_defaults="false",
        reminders=ds.Reminders(reminder_enabled="true", reminder_delay="2", reminder_frequency="1"),
    )
    client.send(ANN, notification=rule)
    for days in (2, 1):
        service.advance(days * DAY_S)
        service.settle()
    subjects = [letter.subject for letter in sandbox.mailbox.letters(ANN[1])]
    assert subjects == ["Reminder: Service agreement"] * 2 + ["Service agreement"]


def test_resending_writes_again_to_whoever_is_asked(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN, MARCO)
    client.update(envelope_id, resend=True)
    assert (len(sandbox.mailbox.letters(ANN[1])), len(sandbox.mailbox.letters(MARCO[1]))) == (2, 0)
    client.update(envelope_id, status="voided", voided_reason="no")
    with pytest.raises(ds.ApiException) as refused:
        client.update(envelope_id, resend=True)
    assert refusal(refused.value) == (400, "ENVELOPE_INVALID_STATUS")


def correct(client: Client, envelope_id: str, recipient_id: str, **changes: str) -> str:
    people = ds.Recipients(signers=[ds.Signer(recipient_id=recipient_id, **changes)])
    answer = client.envelopes.update_recipients(client.account, envelope_id, recipients=people, resend_envelope="true")
    return answer.recipient_update_results[0].error_details.error_code


def test_a_corrected_address_keeps_the_recipient_id(sandbox: Sandbox, client: Client) -> None:
    sandbox.mailbox.faults.add("smtp_reject", method=ANN[1])
    envelope_id = client.send(ANN)
    assert client.signers(envelope_id)[0].status == "autoresponded"
    assert correct(client, envelope_id, "1", name=MARCO[0], email=MARCO[1]) == "SUCCESS"
    (one,) = client.signers(envelope_id)
    assert (one.recipient_id, one.email, one.status) == ("1", MARCO[1], "sent")
    assert len(sandbox.mailbox.letters(MARCO[1])) == 1
    assert correct(client, envelope_id, "7", name="x") == "INVALID_RECIPIENT_ID"
    assert correct(client, envelope_id, "1", email="nowhere") == "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT"


def test_envelopes_are_found_by_transaction_id_for_seven_days(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN, transaction_id="our-7")
    client.send(ANN)

    def found(one: Client) -> list[str]:
        answer = one.envelopes.list_status_changes(one.account, transaction_ids="our-7")
        return [each.envelope_id for each in answer.envelopes]

    assert found(client) == [envelope_id]
    service.advance(8 * DAY_S)
    assert found(Client(service)) == []


def test_envelopes_are_listed_by_date_status_and_custom_field(client: Client, service: DocuSign) -> None:
    fields = ds.CustomFields(text_custom_fields=[ds.TextCustomField(name="paraph", value="77", show="false")])
    first, second = client.send(ANN, custom_fields=fields), client.send(ANN)
    client.update(second, status="voided", voided_reason="no")

    def ids(**options: str) -> list[str]:
        answer = client.envelopes.list_status_changes(client.account, **options)
        return [each.envelope_id for each in answer.envelopes]

    assert set(ids(from_date="2026-01-01")) == {first, second}
    assert ids(from_date="2026-01-01", status="voided") == [second]
    assert ids(from_date="2026-01-01", custom_field="paraph=77") == [first]
    assert ids(envelope_ids=first) == [first]
    assert ids(from_date="2036-01-01") == []
    with pytest.raises(ds.ApiException) as refused:
        ids(status="sent")
    assert refusal(refused.value) == (400, "INVALID_REQUEST_PARAMETER")
    kept = client.envelopes.list_custom_fields(client.account, first).text_custom_fields
    assert [(one.name, one.value) for one in kept] == [("paraph", "77")]


def test_events_of_an_envelope_are_audited(client: Client) -> None:
    envelope_id = client.send(ANN)
    events = client.envelopes.list_audit_events(client.account, envelope_id).audit_events
    actions = [field.value for event in events for field in event.event_fields if field.name == "Action"]
    assert actions == ["Registered", "Sent Invitations"]


def test_strangers_see_nothing(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    stranger = Client(service, service.add_user("Vera", "vera@globex.example", Account("Globex")))
    with pytest.raises(ds.ApiException) as refused:
        stranger.get(envelope_id)
    assert refusal(refused.value) == (401, "USER_DOES_NOT_BELONG_TO_SPECIFIED_ACCOUNT")
    with pytest.raises(ds.ApiException) as refused:
        client.get("0" * 8)
    assert refusal(refused.value) == (404, "ENVELOPE_DOES_NOT_EXIST")


def test_a_plan_may_be_used_up(client: Client, service: DocuSign) -> None:
    service.account.allowance = 1
    client.send(ANN)
    with pytest.raises(ds.ApiException) as refused:
        client.send(ANN)
    assert refusal(refused.value) == (400, "ENVELOPE_ALLOWANCE_EXCEEDED")


def test_a_lost_answer_leaves_the_envelope_to_be_found(client: Client, service: DocuSign) -> None:
    service.faults.add("answer_lost", method="create_envelope")
    body = client.raw.sanitize_for_serialization(definition(ANN, transaction_id="our-8"))
    headers = {"Authorization": f"Bearer {client.grant.access}"}
    url = f"{service.url}/restapi/v2.1/accounts/{client.account}/envelopes"
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json=body, headers=headers, timeout=20)
    found = client.envelopes.list_status_changes(client.account, transaction_ids="our-8").envelopes
    assert [one.status for one in found] == ["sent"]


def test_documents_are_listed_with_their_pages(client: Client) -> None:
    listed = client.envelopes.list_documents(client.account, client.send(ANN)).envelope_documents
    assert [(one.document_id, one.name, one.type) for one in listed] == [
        ("1", "Договір", "content"),
        ("certificate", "Summary", "summary"),
    ]
    assert len(listed[0].pages) == 1


def test_the_sent_bytes_come_back_before_anybody_signed(client: Client) -> None:
    sent = document()
    envelope_id = client.send(ANN, documents=[sent])
    assert client.file(envelope_id, "1") == base64.b64decode(sent.document_base64)
    with pytest.raises(ds.ApiException) as refused:
        client.file(envelope_id, "5")
    assert refusal(refused.value) == (404, "DOCUMENT_DOES_NOT_EXIST")
