"""The composer's doors with the real portal behind them: preview, upload, send, and what bad input gets."""

from __future__ import annotations

from io import BytesIO

import pytest

from b24app.sandbox.examples import pdf
from b24app.web.composer import joined
from tests.office import ANNA, BORIS, Office, Page, looked_at, usual_form


def test_the_card_and_its_people_are_there(page: Page):
    assert page.count("add-candidate") >= 4
    assert "Katrin Brandt" in page.text
    assert "Service agreement: CRM onboarding" in page.text


def test_hostile_names_are_only_text(office: Office):
    page = office.tab(79, user=ANNA)
    assert "<img src=x" not in page.text
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page.text


def test_an_empty_card_opens_too(office: Office):
    page = office.composer(78, user=ANNA)
    assert (page.status, page.count("add-candidate")) == (200, 0)


def test_the_preview_shows_pages_places_and_checkboxes(page: Page):
    preview = page.post("/composer/preview", usual_form(page))
    assert preview.count("preview-page") >= 2
    assert 'data-signer="1" data-type="signature"' in preview.text
    assert preview.count("tick") == 3
    assert preview.value("prepared_id")


def test_a_picture_of_a_page_opens_by_its_signed_address_only(office: Office, page: Page):
    url = page.post("/composer/preview", usual_form(page)).text.split('src="')[1].split('"')[0]
    picture = office.client.get(url)
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert "private" in picture.headers["Cache-Control"]
    assert office.client.get(url.replace("/documents/", "/documents/x")).status_code == 403
    assert office.client.get(url.replace("/1?", "/99?")).status_code == 404


def test_without_a_document_the_preview_says_so(page: Page):
    assert page.post("/composer/preview", usual_form(page, source="upload", template_id=None)).has("preview-empty")


def test_a_changed_checkbox_makes_other_pages(page: Page):
    before = page.post("/composer/preview", usual_form(page))
    path = "lead.UF_CRM_EXPRESS_START"
    after = page.post("/composer/preview", usual_form(page, tick_paths=[path], **{f"tick_{path}": "1"}))
    assert before.value("prepared_id") != after.value("prepared_id")
    assert f'name="tick_{path}" value="1" checked' in after.text


def test_sending_twice_sends_once(page: Page):
    form = looked_at(page)
    first, second = page.post("/composer/send", form), page.post("/composer/send", form)
    assert (first.status, second.status) == (200, 200)
    assert f'data-request="{form["composer_id"]}"' in first.text
    assert first.text == second.text
    assert "Sent to Ann Lee." in first.text


@pytest.mark.parametrize(
    ("orders", "words"),
    [(["1", "2"], "Sent. Ann Lee signs first."), (["1", "1"], "Sent to Ann Lee and Bob Ray.")],
)
def test_the_page_after_sending_says_whose_turn_it_is(page: Page, orders: list[str], words: str):
    people = {"signer_name": ["Ann Lee", "Bob Ray"], "signer_email": ["ann@turns.example", "bob@turns.example"]}
    form = looked_at(page, **people, signer_order=orders, signer_key=["", ""], signer_locale=["en", "en"])
    assert words in page.post("/composer/send", form).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signer_key": [], "signer_name": [], "signer_email": [], "signer_order": [], "signer_locale": []}, "signers"),
        ({"signer_email": ["no address"]}, "signers-0"),
        ({"signer_email": [""]}, "signers-0"),
        ({"letter_subject": " "}, "letter_subject"),
        ({"expires_on": "2001-01-01"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
        ({"remind": "1", "remind_first": "x"}, "remind_first"),
        ({"prepared_id": "other"}, "preview"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(page: Page, changes, field):
    refused = page.post("/composer/send", {**looked_at(page), **changes})
    assert refused.status == 400
    assert field in refused.response.get_json()["problems"]


def test_a_damaged_form_is_an_answer_with_its_field(page: Page):
    refused = page.post("/composer/send", usual_form(page, expires_on="soon"))
    assert refused.status == 400
    assert refused.response.get_json()["field"] == "expires_on"


def test_a_plain_form_post_gets_the_whole_page_with_its_problems(page: Page):
    answer = page.post("/composer/send", {**looked_at(page), "signer_email": [""]}, plain=True)
    assert answer.status == 400
    assert answer.has("composer")
    assert "This person has no e-mail address" in answer.text
    assert answer.count("preview-page") >= 2


def test_a_plain_form_can_preview_and_send(page: Page):
    shown = page.post("/composer/preview", usual_form(page), plain=True)
    form = usual_form(page, prepared_id=shown.value("prepared_id"))
    assert shown.value("composer_id") == form["composer_id"]
    assert page.post("/composer/send", form, plain=True).has("sent")


def upload(page: Page, data: bytes, name: str = "offer.pdf") -> Page:
    return page.post("/composer/upload", {"composer_id": page.value("composer_id"), "file": (BytesIO(data), name)})


def test_an_uploaded_pdf_can_be_previewed(page: Page):
    taken = upload(page, pdf.write("Offer", "No. 1", ["Work for money."]))
    assert (taken.status, taken.has("upload-result")) == (200, True)
    form = usual_form(page, source="upload", template_id=None, document=[taken.value("document")])
    assert page.post("/composer/preview", form).count("preview-page") >= 2


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7 broken"])
def test_a_file_that_is_no_pdf_is_refused_with_a_sentence(page: Page, data):
    refused = upload(page, data)
    assert refused.status == 400
    assert refused.response.get_json()["error"].endswith(".")


def test_a_colleagues_composer_is_not_his(office: Office, page: Page):
    other = office.composer(80, user=BORIS)
    form = {**usual_form(other), "composer_id": page.value("composer_id")}
    assert other.post("/composer/preview", form).status == 404


@pytest.mark.parametrize("path", ["/composer", "/composer/preview", "/composer/upload", "/composer/send"])
def test_without_a_session_there_is_a_friendly_refusal(office: Office, path):
    refused = office.client.post(path)
    assert refused.status_code == 403
    assert 'data-testid="error"' in refused.get_data(as_text=True)


def test_the_session_alone_is_not_enough(office: Office, page: Page):
    headers = {"X-Paraph-Session": page.meta("paraph-session")}
    assert office.client.post("/composer/send", data=usual_form(page), headers=headers).status_code == 403


def test_names_are_joined_as_people_say_them(office: Office):
    with office.app.test_request_context():
        assert [joined(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
            "",
            "A",
            "A and B",
            "A, B and C",
        ]
