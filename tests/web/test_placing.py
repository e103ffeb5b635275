"""The editor's doors in the composer: what may be placed on whose file, and what becomes of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.documents.hostile import plain, to_bytes
from tests.office import BORIS, VERA, Office, Page, looked_at, usual_form

SIGN = {"id": "s1", "signer": "1", "type": "signature", "page": 1, "x_pt": 72, "y_pt": 600, "w_pt": 160, "h_pt": 40}
SIGNER = {
    "signer_key": "",
    "signer_name": "Ann Lee",
    "signer_email": "a@b.example",
    "signer_order": "1",
    "signer_locale": "en",
}


@pytest.fixture
def upload(page: Page) -> str:
    file = (io.BytesIO(to_bytes(plain(2))), "Offer.pdf")
    return page.post("/composer/upload", {"composer_id": page.value("composer_id"), "file": file}).value("document")


def form_of(page: Page, upload: str, **more: Any) -> dict[str, Any]:
    return {
        "composer_id": page.value("composer_id"),
        "source": "upload",
        "upload_id": upload,
        "document": [upload],
        "needs_approval": "1",
        **SIGNER,
        **more,
    }


def save(page: Page, upload: str, *places: dict[str, Any]) -> Page:
    return page.post("/composer/fields/save", form_of(page, upload, fields=json.dumps(places)))


def test_the_editor_offers_pages_roles_and_properties(page: Page, upload: str):
    editor = page.post("/composer/fields", form_of(page, upload))
    assert editor.count("editor-page") == 2
    assert editor.has("editor-role-1")
    assert editor.has("editor-role-approver")
    assert "lead.UF_CRM_PO_NUMBER" in editor.text


def test_placed_fields_take_the_place_of_the_page_for_signatures(page: Page, upload: str):
    assert "1 field placed" in save(page, upload, SIGN).text
    fields = {"source": "upload", "document": [upload]}
    preview = page.post("/composer/preview", usual_form(page, **fields))
    assert (preview.count("preview-page"), preview.count("place")) == (2, 1)
    sent = page.post("/composer/send", {**usual_form(page, **fields), "prepared_id": preview.value("prepared_id")})
    assert sent.status == 200, sent.text
    assert not save(page, upload).has("placed")  # none left: the page for signatures is back
    assert page.post("/composer/preview", form_of(page, upload)).count("preview-page") == 3


def test_a_place_that_cannot_stay_is_named(page: Page, upload: str):
    refused = save(page, upload, SIGN, {**SIGN, "id": "s2", "page": 3, "label": "Second"})
    assert refused.status == 400
    said = refused.response.get_json()
    assert said["field"] == "s2"
    assert "Second" in said["error"]


def test_people_who_come_and_go_are_looked_at_again_before_sending(page: Page, upload: str):
    two = {name: [value, value] for name, value in SIGNER.items()}
    two |= {"signer_order": ["1", "2"], "signer_name": ["Ann", "Bob"], "signer_email": ["a@b.example", "b@b.example"]}
    save(page, upload, SIGN)
    form = looked_at(page, source="upload", document=[upload], **two)
    refused = page.post("/composer/send", form)
    assert "Bob" in str(refused.response.get_json()["problems"])


def test_nobody_elses_file_can_be_opened_or_placed_on(office: Office, page: Page, upload: str):
    strangers = (office.launch("/", user=VERA, portal="globex"), office.launch("/", user=BORIS))
    for stranger in strangers:
        for path in ("/composer/fields", "/composer/fields/save"):
            assert stranger.post(path, form_of(page, upload, fields="[]")).status == 404


def test_without_a_file_there_is_nothing_to_place_on(page: Page):
    assert page.post("/composer/fields", form_of(page, "nothing")).status == 404


def test_hostile_names_stay_text(page: Page, upload: str):
    evil = '"><script>alert(1)</script>'
    editor = page.post("/composer/fields", form_of(page, upload, signer_name=evil))
    assert "<script>" not in editor.text
    save(page, upload, {**SIGN, "label": evil, "hint": evil})
    assert "<script>alert" not in page.post("/composer/fields", form_of(page, upload)).text
