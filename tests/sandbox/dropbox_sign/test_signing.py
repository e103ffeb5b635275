"""The hosted pages as a signer's browser posts them, and the files that come out."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import dropbox_sign
import pytest
import requests
from dropbox_sign import models
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature

from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.esign.paper import reading
from b24app.sandbox.world import Sandbox
from tests.sandbox.dropbox_sign.conftest import ANN, MARCO, Client, link, place, refusal, signature
from tests.sandbox.hosted import TYPED, post, told
from tests.sandbox.seals import signed_by_somebody, trusting


def sign(sandbox: Sandbox, person: tuple[str, str], **form: str) -> requests.Response:
    answer = post(link(sandbox, person), **TYPED | form)
    sandbox.dropbox_sign.settle()
    return answer


def complete(sandbox: Sandbox, client: Client, **changes: Any) -> models.SignatureRequestResponse:
    sent = client.send(ANN, **changes)
    sign(sandbox, ANN)
    return client.get(sent.signature_request_id)


def test_one_signs_after_the_other(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN, MARCO)
    assert "Please sign." in requests.get(link(sandbox, ANN), timeout=10).text
    sign(sandbox, ANN)
    half = client.get(sent.signature_request_id)
    assert [one.status_code for one in half.signatures] == ["signed", "awaiting_signature"]
    assert half.signatures[0].last_viewed_at is not None
    sign(sandbox, MARCO)
    done = client.get(sent.signature_request_id)
    assert done.is_complete
    copies = [one for one in sandbox.mailbox.letters() if one.attachments]
    assert {letter.recipients[0] for letter in copies} == {ANN[1], MARCO[1], sandbox.dropbox_sign.account.email}


def test_the_second_signer_has_to_wait(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN, MARCO)
    second = sandbox.dropbox_sign.requests[sent.signature_request_id].signatures[1]
    page = requests.get(sandbox.dropbox_sign.signing_url(second), timeout=10)
    assert told(page) == ["It is not your turn to sign yet."]


def test_a_form_is_checked_before_it_is_taken(sandbox: Sandbox, client: Client) -> None:
    text = models.SubFormFieldsPerDocumentText(
        **place("po", "text", 0, y=60, name="Order", validation_type="numbers_only")
    )
    sent = client.send(ANN, form_fields_per_document=[signature(0, name="Signature"), text])
    url = link(sandbox, ANN)
    assert told(post(url)) == [
        "Please agree to sign electronically.",
        "Signature: please sign.",
        "Order: please fill in.",
    ]
    assert told(post(url, **TYPED, **{"field-po": "abc"})) == ["Order: numbers only."]
    assert client.get(sent.signature_request_id).signatures[0].status_code == "awaiting_signature"


def test_answers_are_shown_and_stand_on_the_paper(sandbox: Sandbox, client: Client) -> None:
    made = models
    fields = [
        signature(0),
        made.SubFormFieldsPerDocumentText(**place("po", "text", 0, y=60, name="Order")),
        made.SubFormFieldsPerDocumentCheckbox(**place("terms", "checkbox", 0, y=110, is_checked=False)),
        made.SubFormFieldsPerDocumentRadio(**place("r1", "radio", 0, y=160, is_checked=False, group="way")),
        made.SubFormFieldsPerDocumentRadio(**place("r2", "radio", 0, y=210, is_checked=False, group="way")),
        made.SubFormFieldsPerDocumentDropdown(**place("level", "dropdown", 0, y=260, options=["Basic", "Full"])),
        made.SubFormFieldsPerDocumentDateSigned(**place("date", "date_signed", 0, y=310)),
    ]
    options = made.SubFieldOptions(date_format="YYYY - MM - DD")
    sent = client.send(ANN, form_fields_per_document=fields, field_options=options)
    sign(sandbox, ANN, **{"field-po": "Замовлення 7", "field-terms": "1", "group-way": "r2", "field-level": "Full"})
    answers = {one.api_id: one for one in client.get(sent.signature_request_id).response_data}
    values = {name: answers[name].value for name in ("po", "terms", "r1", "r2", "level", "date")}
    today = sandbox.dropbox_sign.clock.moment().strftime("%Y-%m-%d")
    assert values == {
        "po": "Замовлення 7",
        "terms": True,
        "r1": False,
        "r2": True,
        "level": "Full",
        "date": today,
    }
    text = reading.texts(client.requests.signature_request_files(sent.signature_request_id).read())[0].text
    assert "Замовлення 7" in text
    assert "Ann Lee" in text


def test_a_signer_declines_only_where_it_is_allowed(sandbox: Sandbox, client: Client) -> None:
    client.send(ANN)
    assert post(link(sandbox, ANN), "/decline").status_code == 403
    sent = client.send(ANN, MARCO, allow_decline=True)
    post(link(sandbox, ANN), "/decline", reason="Wrong price")
    ended = client.get(sent.signature_request_id)
    assert (ended.is_declined, ended.signatures[0].decline_reason) == (True, "Wrong price")
    assert told(requests.get(link(sandbox, ANN), timeout=10)) == ["You have declined to sign this document."]


def test_a_reassigned_signature_has_another_id(sandbox: Sandbox, client: Client) -> None:
    sent = client.send(ANN, allow_reassign=True)
    post(link(sandbox, ANN), "/reassign", name=MARCO[0], email=MARCO[1], reason="On leave")
    (now,) = client.get(sent.signature_request_id).signatures
    assert (now.signer_email_address, now.reassigned_by, now.reassignment_reason) == (MARCO[1], ANN[1], "On leave")
    assert now.reassigned_from == sent.signatures[0].signature_id != now.signature_id
    assert told(requests.get(link(sandbox, ANN), timeout=10))[0].startswith("This link is not valid any more")


def test_an_access_code_comes_first(sandbox: Sandbox, client: Client) -> None:
    person = models.SubSignatureRequestSigner(name=ANN[0], email_address=ANN[1], pin="4711")
    sent = client.send(ANN, signers=[person])
    assert sent.signatures[0].has_pin
    url, browser = link(sandbox, ANN), requests.Session()
    assert "Service agreement" not in browser.get(url, timeout=10).text
    assert told(browser.post(f"{url}/pin", data={"pin": "0000"}, timeout=10)) == ["This code is wrong."]
    assert "Service agreement" in browser.post(f"{url}/pin", data={"pin": "4711"}, timeout=10).text


def test_a_group_needs_one_of_its_members(sandbox: Sandbox, client: Client) -> None:
    members = [models.SubSignatureRequestSigner(name=name, email_address=email) for name, email in (ANN, MARCO)]
    group = models.SubSignatureRequestGroupedSigners(group="Buyers", signers=members)
    sent = client.send(ANN, signers=None, grouped_signers=[group])
    assert len({one.signer_group_guid for one in sent.signatures}) == 1
    sign(sandbox, MARCO)
    done = client.get(sent.signature_request_id)
    assert (done.is_complete, [one.signer_name for one in done.signatures]) == (True, ["Marco Rossi"])


def test_the_signer_is_sent_where_the_request_says(sandbox: Sandbox, client: Client) -> None:
    client.send(ANN, signing_redirect_url="https://app.example/thanks?x=1")
    answer = sign(sandbox, ANN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://app.example/thanks?x=1")


def test_hosted_pages_may_not_be_framed(sandbox: Sandbox, client: Client) -> None:
    client.send(ANN)
    assert requests.get(link(sandbox, ANN), timeout=10).headers["X-Frame-Options"] == "DENY"


def test_a_page_is_shown_as_a_picture(sandbox: Sandbox, client: Client) -> None:
    client.send(ANN)
    page = requests.get(f"{link(sandbox, ANN)}/pages/0/1.png", timeout=20)
    assert (page.headers["Content-Type"], page.content[:4]) == ("image/png", b"\x89PNG")


def test_the_final_copy_has_an_audit_trail_and_allows_further_signatures(sandbox: Sandbox, client: Client) -> None:
    done = complete(sandbox, client, test_mode=False)
    content = client.requests.signature_request_files(done.signature_request_id).read()
    assert "Audit trail" in reading.texts(content)[-1].text
    signed_again = signed_by_somebody(content)
    first, _ = PdfFileReader(io.BytesIO(signed_again)).embedded_signatures
    status = validate_pdf_signature(first, trusting("Dropbox Sign"))
    assert (status.intact, status.valid, status.trusted, status.docmdp_ok) == (True, True, True, True)
    assert first.docmdp_level == MDPPerm.FILL_FORMS


def test_test_mode_documents_are_watermarked(sandbox: Sandbox, client: Client) -> None:
    done = complete(sandbox, client)
    content = client.requests.signature_request_files(done.signature_request_id).read()
    assert "NOT LEGALLY BINDING" in reading.texts(content)[0].text


def test_files_come_as_zip_link_and_data_uri(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    done = complete(sandbox, client)
    box = client.requests.signature_request_files(done.signature_request_id, file_type="zip").read()
    assert zipfile.ZipFile(io.BytesIO(box)).namelist() == ["01-Договір.pdf", "audit-trail.pdf"]
    found = client.requests.signature_request_files_as_file_url(done.signature_request_id)
    assert requests.get(found.file_url, timeout=10).content == service.requests[done.signature_request_id].final
    service.advance(301)
    assert requests.get(found.file_url, timeout=10).status_code == 403
    uri = client.requests.signature_request_files_as_data_uri(done.signature_request_id).data_uri
    assert uri.startswith("data:application/pdf;base64,JVBERi0")


def test_files_are_not_there_while_they_are_prepared(sandbox: Sandbox, client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    service.preparation_s = 3600
    post(link(sandbox, ANN), **TYPED)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.requests.signature_request_files(sent.signature_request_id)
    assert refusal(refused.value)[:2] == (409, "conflict")
    service.advance(3601)
    service.settle()
    assert client.requests.signature_request_files(sent.signature_request_id).read()[:5] == b"%PDF-"
