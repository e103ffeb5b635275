"""send and create_embedded: what is accepted, what is refused, what becomes of it."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import dropbox_sign
import pytest
import requests
from dropbox_sign import models

from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.esign.paper import assemble
from b24app.sandbox.examples import pdf
from b24app.sandbox.world import Sandbox
from tests.sandbox.dropbox_sign.conftest import ANN, MARCO, Client, content, contract_file, place, refusal, signature
from tests.sandbox.receiver import Receiver

DAY_S = 86_400


def test_a_request_sent_with_a_file_reaches_the_first_signer(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN, MARCO)
    assert [one.order for one in sent.signatures] == [0, 1]
    assert [one.status_code for one in sent.signatures] == ["awaiting_signature"] * 2
    assert (sent.title, sent.test_mode, sent.is_complete) == ("Service agreement", True, False)
    assert [letter.subject for letter in sandbox.mailbox.letters(ANN[1])] == ["Service agreement"]
    assert sandbox.mailbox.letters(MARCO[1]) == []


def test_signers_without_an_order_are_asked_at_once(sandbox: Sandbox, client: Client) -> None:
    signers = [models.SubSignatureRequestSigner(name=name, email_address=email) for name, email in (ANN, MARCO)]
    sent = client.send(ANN, MARCO, signers=signers)
    assert [one.order for one in sent.signatures] == [None, None]
    assert len(sandbox.mailbox.letters(ANN[1])) == len(sandbox.mailbox.letters(MARCO[1])) == 1


def test_file_urls_are_sent_as_json_and_downloaded(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    first = client.send(ANN)
    url = client.requests.signature_request_files_as_file_url(first.signature_request_id).file_url
    sent = client.send(ANN, files=None, file_urls=[url])
    assert service.requests[sent.signature_request_id].bodies[0].startswith(b"%PDF-")


def test_every_kind_of_field_is_understood(client: Client, service: DropboxSign) -> None:
    made = models
    fields = [
        signature(0),
        made.SubFormFieldsPerDocumentInitials(**place("initials", "initials", 0, x=300)),
        made.SubFormFieldsPerDocumentDateSigned(**place("date", "date_signed", 0, y=20)),
        made.SubFormFieldsPerDocumentText(**place("po", "text", 0, y=60, validation_type="numbers_only")),
        made.SubFormFieldsPerDocumentCheckbox(**place("terms", "checkbox", 0, y=100, is_checked=False)),
        made.SubFormFieldsPerDocumentRadio(**place("r1", "radio", 0, y=150, is_checked=False, group="way")),
        made.SubFormFieldsPerDocumentRadio(**place("r2", "radio", 0, y=200, is_checked=True, group="way")),
        made.SubFormFieldsPerDocumentDropdown(**place("level", "dropdown", 0, y=250, options=["a", "b"], content="b")),
        made.SubFormFieldsPerDocumentHyperlink(
            **place("more", "hyperlink", "me_now", y=300, content="More", content_url="https://x.example")
        ),
        made.SubFormFieldsPerDocumentTextMerge(**place("net", "text-merge", "sender", y=350, name="Net")),
        made.SubFormFieldsPerDocumentCheckboxMerge(**place("vat", "checkbox-merge", "sender", y=400, name="VAT")),
    ]
    groups = [made.SubFormFieldGroup(group_id="way", group_label="Way", requirement="require_1")]
    values = [made.SubCustomField(name="Net", value="12 500"), made.SubCustomField(name="Nobody", value="x")]
    sent = client.send(ANN, form_fields_per_document=fields, form_field_groups=groups, custom_fields=values)
    kept = {one.id: one for one in service.requests[sent.signature_request_id].fields}
    assert (kept["net"].value, kept["level"].value, kept["r2"].checked) == ("12 500", "b", True)
    assert "x" not in [one.value for one in kept.values()]


def test_with_a_page_places_are_points_and_sizes_are_pixels_of_80_dpi(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN, form_fields_per_document=[signature(0, x=100, y=700, width=200, height=40)])
    (field,) = service.requests[sent.signature_request_id].fields
    assert (field.page, field.x, field.y, field.width, field.height) == (1, 100, 700, 180, 36)


def test_without_a_page_everything_is_80_dpi_and_runs_through_the_pages(client: Client, service: DropboxSign) -> None:
    first_page_px = 842 * 80 / 72
    fields = [signature(0, page=None, x=100, y=round(first_page_px) + 50)]
    sent = client.send(ANN, form_fields_per_document=fields, files=[two_pages()])
    (field,) = service.requests[sent.signature_request_id].fields
    assert (field.page, field.x, round(field.y)) == (2, 90, 45)


def two_pages() -> io.BytesIO:
    stream = io.BytesIO(assemble.merged([pdf.write("One", "", []), pdf.write("Two", "", [])]))
    stream.name = "two.pdf"
    return stream


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"files": None}, "files"),
        ({"file_urls": ["https://x.example/a.pdf"]}, "files"),
        ({"signers": None}, "signers"),
        ({"signers": [models.SubSignatureRequestSigner(name=" ", email_address="a@b.example")]}, "signers[0].name"),
        ({"title": "x" * 256}, "title"),
        ({"message": "x" * 5001}, "message"),
        ({"cc_email_addresses": [""]}, "cc_email_addresses[0]"),
        ({"metadata": {str(index): index for index in range(11)}}, "metadata"),
        ({"metadata": {"k" * 41: 1}}, f"metadata[{'k' * 40}]"),
        ({"metadata": {"k": "v" * 1001}}, "metadata[k]"),
        ({"client_id": "nobody"}, "client_id"),
        ({"expires_at": int(time.time()) + DAY_S - 60}, "expires_at"),
        ({"expires_at": int(time.time()) + 91 * DAY_S}, "expires_at"),
        ({"form_fields_per_document": [signature(0), signature(0)]}, "form_fields_per_document"),
        ({"form_fields_per_document": [signature(1)]}, "form_fields_per_document[0].signer"),
        ({"form_fields_per_document": [signature(0, document_index=1)]}, "form_fields_per_document[0].document_index"),
    ],
)
def test_what_the_description_forbids_is_refused(client: Client, changes: dict[str, Any], path: str) -> None:
    body = models.SignatureRequestSendRequest.model_construct(**content((ANN,)) | changes)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.requests.signature_request_send(body)
    assert refusal(refused.value) == (400, "bad_request", path)


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ({"type": "checkbox"}, "is_checked"),
        ({"type": "radio", "is_checked": False}, "group"),
        ({"type": "dropdown"}, "options"),
        ({"type": "hyperlink", "content": "x"}, "content_url"),
        ({"type": "text-merge"}, "signer"),
        ({"type": "stamp"}, "type"),
        ({"x": 1.5}, "x"),
        ({"x": None}, "x"),
        ({"font_size": 50}, "font_size"),
    ],
)
def test_fields_need_what_their_kind_needs(service: DropboxSign, field: dict[str, Any], path: str) -> None:
    sent = raw_send(service, form_fields_per_document=[place("one", "text", 0) | field])
    assert sent.status_code == 400
    assert sent.json()["error"]["error_path"] == f"form_fields_per_document[0].{path}"


def raw_send(service: DropboxSign, **changes: Any) -> requests.Response:
    """A multipart send without the SDK, which would refuse some of this itself."""
    parts = {"signers": [{"name": ANN[0], "email_address": ANN[1]}], "test_mode": 1} | changes
    data = {name: value if isinstance(value, str | int) else json.dumps(value) for name, value in parts.items()}
    url, auth = f"{service.url}/v3/signature_request/send", (service.account.api_key, "")
    return requests.post(url, data=data, files={"files[0]": contract_file()}, auth=auth, timeout=10)


def test_brackets_of_the_vendors_curl_examples_work_too(sandbox: Sandbox) -> None:
    service = sandbox.dropbox_sign  # not watched: the schema knows no brackets
    parts = {"signers[0][name]": ANN[0], "signers[0][email_address]": ANN[1], "test_mode": "1", "title": "Old form"}
    url, auth = f"{service.url}/v3/signature_request/send", (service.account.api_key, "")
    sent = requests.post(url, data=parts, files={"files[0]": contract_file()}, auth=auth, timeout=10)
    assert sent.json()["signature_request"]["signatures"][0]["signer_name"] == ANN[0]


def test_metadata_numbers_come_back_as_strings(client: Client) -> None:
    sent = client.send(ANN, metadata={"our_id": 1234, "nested": {"a": 1}})
    assert sent.metadata == {"our_id": "1234", "nested": {"a": "1"}}


def test_expiry_is_rounded_down_to_the_hour(client: Client) -> None:
    wanted = int(time.time()) + 5 * DAY_S
    assert client.send(ANN, expires_at=wanted).expires_at == wanted // 3600 * 3600


def test_declining_has_to_be_allowed(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    assert service.requests[sent.signature_request_id].allow_decline is False


def test_production_requests_are_charged_and_test_mode_is_free(client: Client, service: DropboxSign) -> None:
    before = service.account.quota
    client.send(ANN)
    assert service.account.quota == before
    client.send(ANN, test_mode=False)
    left = client.account.account_get(account_id=service.account.account_id).account.quotas
    assert left.api_signature_requests_left == before - 1


def test_a_free_plan_sends_in_test_mode_only(service: DropboxSign) -> None:
    free = Client(service, service.add_account("free@x.example", "Free", paid=False))
    assert free.send(ANN).signature_request_id
    with pytest.raises(dropbox_sign.ApiException) as refused:
        free.send(ANN, test_mode=False)
    assert refusal(refused.value)[:2] == (402, "payment_required")


def test_warnings_come_with_success(sandbox: Sandbox) -> None:
    fields = [place("a", "text", 0), place("b", "text", 0)]
    service = sandbox.dropbox_sign  # not watched: the parameter is unknown to the schema as well
    sent = raw_send(service, form_fields_per_document=fields, signer_order="x")
    names = [one["warning_name"] for one in sent.json()["warnings"]]
    assert names == ["parameter_ignored", "form_fields_overlap"]


def test_an_unconfirmed_account_holds_its_requests(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    service.account.confirmed = False
    sent = client.send(ANN)
    assert [one.status_code for one in sent.signatures] == ["on_hold"]
    assert sandbox.mailbox.letters(ANN[1]) == []


def test_without_fields_a_signature_page_is_appended(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN, MARCO, form_fields_per_document=None)
    kept = service.requests[sent.signature_request_id]
    assert len(assemble.sizes(kept.bodies[0])) == 2
    assert [(one.kind, one.owner) for one in kept.fields if one.kind == "signature"] == [
        ("signature", "0"),
        ("signature", "1"),
    ]


def test_text_tags_become_fields_of_signers_counted_from_one(client: Client, service: DropboxSign) -> None:
    file = contract_file(paragraphs=["[sig|req|signer1]  and  [text|noreq|signer2|Order|po]"])
    sent = client.send(ANN, MARCO, files=[file], use_text_tags=True, form_fields_per_document=None)
    found = service.requests[sent.signature_request_id].fields
    assert [(one.kind, one.owner, one.required) for one in found] == [("signature", "0", True), ("text", "1", False)]
    assert (found[1].id, found[1].label) == ("po", "Order")


def damaged() -> io.BytesIO:
    stream = io.BytesIO(b"%PDF-1.7 not really")
    stream.name = "broken.pdf"
    return stream


BAD_TAG = {"files": [contract_file(paragraphs=["[sig|maybe|signer1]"])], "form_fields_per_document": None}


@pytest.mark.parametrize(
    ("changes", "status_code", "event"),
    [
        ({"form_fields_per_document": [signature(0, y=900)]}, "error_component_position", "signature_request_invalid"),
        ({**BAD_TAG, "use_text_tags": True}, "error_text_tag", "signature_request_invalid"),
        ({"files": [damaged()]}, "error_file", "file_error"),
    ],
)
def test_bad_documents_show_after_the_answer(
    client: Client, receiver: Receiver, changes: dict[str, Any], status_code: str, event: str
) -> None:
    sent = client.send(ANN, **changes)
    assert (sent.has_error, [one.status_code for one in sent.signatures]) == (True, [status_code])
    assert [json.loads(post.form["json"])["event"]["event_type"] for post in receiver.posts] == [event]


def test_an_embedded_request_writes_no_letters(sandbox: Sandbox, client: Client) -> None:
    made = client.embed(ANN)
    assert made.signing_url is None
    assert sandbox.mailbox.letters() == []


def test_an_embedded_request_needs_a_client_id(client: Client) -> None:
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.embed(ANN, client_id="")
    assert refusal(refused.value) == (400, "bad_request", "client_id")
