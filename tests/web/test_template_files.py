"""Templates that are files, over plain HTTP: made of a PDF or a Word file, placed on, replaced, sent."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from b24app.clock import to_ms
from b24app.documents import office as converter
from b24app.documents.preview import page_texts
from b24app.services.template_options import TemplateOptions
from b24app.services.word_pages import LIFE
from b24app.store import derived
from b24app.store.database import writing
from b24app.store.tables import Template
from tests.documents import hostile_docx as word
from tests.documents.hostile import looks_signed, plain, to_bytes, with_form
from tests.office import ANNA, OLENA, Office, Page, usual_form
from tests.web.form_reader import fields_of

SIGN = {"id": "s1", "signer": "1", "type": "signature", "page": 1, "x_pt": 72, "y_pt": 600, "w_pt": 160, "h_pt": 40}
SECOND = {**SIGN, "id": "s2", "signer": "2", "x_pt": 300}
WORD = (
    "About {{ card.title }}",
    "{%p for row in products.rows %}",
    "{{ row.name }}",
    "{%p endfor %}",
    "IBAN {{ company.bank.iban }} {{ contact.birthday }}",
    "{{s:signer1}} {{t:signer3:label=Third}}",
)

needs_office = pytest.mark.skipif(not converter.is_available(), reason="LibreOffice is not installed")


@pytest.fixture
def library(office: Office) -> Page:
    return office.launch("/", user=OLENA).post("/templates/", plain=True)


def upload(page: Page, data: bytes, filename: str, path: str = "/templates/from-file", **more: Any) -> Page:
    return page.post(path, {"file": (io.BytesIO(data), filename), "locale": "en", **more}, plain=True)


def id_of(page: Page) -> str:
    found = re.search(r'action="/templates/([^"/]+)/replace"', page.text)
    assert found, page.text
    return found[1]


def place(page: Page, *places: dict[str, Any], base: str = "") -> Page:
    form = {"base": base or page.value("base"), "fields": json.dumps(places)}
    return page.post(f"/templates/{id_of(page)}/fields/save", form)


def preview(office: Office, template_id: str, **more: Any) -> Page:
    page = office.composer(77, user=ANNA)
    return page.post("/composer/preview", usual_form(page, template_id=template_id, **more))


def codes(page: Page) -> list[str]:
    return re.findall(r'data-code="([^"]+)"', page.text)


def test_a_pdf_becomes_a_template_named_as_its_file(library: Page):
    page = upload(library, to_bytes(plain(2)), "Lease 2026.pdf")
    assert (page.has("pdf-template"), page.count("preview-page")) == (True, 2)
    assert "Lease 2026" in page.text
    again = library.post("/templates/", plain=True)
    assert "PDF file" in again.text


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"hello", "x.pdf", "is not a PDF"),
        (b"", "", "Choose a file first"),
        (looks_signed(), "s.pdf", "digital signature"),
        (word.with_macros(), "m.docx", "macros"),
    ],
)
def test_a_file_that_cannot_be_a_template_is_refused_at_its_field(library: Page, data, filename, words):
    page = upload(library, data, filename)
    assert page.status == 400
    said = re.search(r'id="problem-file"[^>]*>([^<]+)<', page.text)
    assert said
    assert words in html.unescape(said[1])


def test_without_libreoffice_word_is_not_offered_and_refused(library: Page, monkeypatch: pytest.MonkeyPatch):
    with without_libreoffice(monkeypatch):
        shown = library.post("/templates/", plain=True)
        refused = upload(library, word.template("x"), "x.docx")
    assert ".docx" not in shown.text
    assert "because LibreOffice is not installed" in shown.text
    assert refused.status == 400


def test_places_are_offered_roles_kept_as_a_revision_and_sent(office: Office, library: Page):
    page = upload(library, to_bytes(plain(1)), "Lease.pdf", file_name="Lease")
    template_id = id_of(page)
    options = TemplateOptions(roles=("director",)).to_dict()
    Template.update(options=options).where(Template.id == template_id).execute()
    editor = page.post(f"/templates/{template_id}/fields")
    assert all(editor.has(f"editor-role-{role}") for role in ("1", "2", "3", "4", "approver"))
    assert "Signatory 1, " in editor.text
    assert "lead.UF_CRM_PO_NUMBER" in editor.text
    saved = place(page, SIGN)
    assert "Saved as revision 2." in saved.text
    assert "1 field placed" in saved.text
    shown = preview(office, template_id, needs_approval=None)
    assert (shown.count("preview-page"), shown.count("place"), codes(shown)) == (1, 1, [])


def test_places_of_people_who_do_not_sign_are_left_out_and_told(office: Office, library: Page):
    page = upload(library, to_bytes(plain(1)), "Lease.pdf")
    place(page, SIGN, SECOND, {**SIGN, "id": "a", "signer": "approver", "y_pt": 700})
    shown = preview(office, id_of(page), needs_approval=None)
    assert (shown.count("place"), codes(shown)) == (1, ["note"])
    assert "more people than sign" in shown.text


def test_a_pdf_without_places_gets_a_page_for_signatures(office: Office, library: Page):
    page = upload(library, to_bytes(plain(1)), "Plain.pdf")
    shown = preview(office, id_of(page))
    assert shown.count("preview-page") == 2
    assert shown.has("place")


def test_what_a_form_has_is_proposed(library: Page):
    page = upload(library, with_form(), "Form.pdf")
    editor = page.post(f"/templates/{id_of(page)}/fields")
    [proposed] = re.findall(r'data-candidates="([^"]*)"', editor.text)
    [found] = json.loads(html.unescape(proposed))
    assert (found["type"], found["signer"]) == ("text", "1")
    place(page, SIGN)
    assert 'data-candidates="[]"' in page.post(f"/templates/{id_of(page)}/fields").text


def test_a_place_that_cannot_stay_is_named(library: Page):
    page = upload(library, to_bytes(plain(1)), "Lease.pdf")
    refused = place(page, {**SIGN, "page": 2})
    assert (refused.status, refused.response.get_json()["field"]) == (400, "s1")


def test_of_two_who_place_the_second_is_told_and_can_save_again(library: Page):
    page = upload(library, to_bytes(plain(1)), "Lease.pdf")
    place(page, SIGN)
    told = place(page, SECOND)
    assert (told.status, "meanwhile" in told.response.get_json()["error"]) == (409, True)
    assert "Saved as revision 3." in place(page, SECOND, base=told.response.get_json()["base"]).text


def test_two_revisions_of_places_are_compared_by_what_is_set_for_each(library: Page):
    page = upload(library, to_bytes(plain(1)), "Lease.pdf")
    path = f"/templates/{id_of(page)}/revisions"
    box = {**SIGN, "id": "c1", "type": "checkbox", "label": "Pets", "y_pt": 300, "w_pt": 12, "h_pt": 12}
    text = {**SIGN, "id": "t1", "type": "text", "label": "Which", "y_pt": 330, "h_pt": 20}
    first = place(page, SIGN, box, text)
    changed = {**text, "required": False, "shown_when": "c1", "property": "lead.UF_CRM_PO_NUMBER", "hint": "A dog?"}
    place(page, SIGN, box, changed, base=first.value("base"))
    shown = re.findall(r'diff__sign">([+−])<.*?diff__text">(.*?)</span>', page.post(path, plain=True).text)
    assert [(sign, html.unescape(line).strip()) for sign, line in shown] == [
        ("−", "Must be filled in"),
        ("+", "Property of the card: UF_CRM_PO_NUMBER"),
        ("+", "Hint for the signatory: A dog?"),
        ("+", "Shown only while this is ticked: Pets"),
    ]


def test_a_newer_file_keeps_places_that_still_have_a_page(library: Page):
    page = upload(library, to_bytes(plain(2)), "Lease.pdf")
    template_id = id_of(page)
    saved = place(page, SIGN, {**SECOND, "page": 2})
    path = f"/templates/{template_id}/replace"
    assert page.post(f"/templates/{template_id}/save", {"base": saved.value("base"), "body": "Text"}).status == 400
    base, again = fields_of(saved.text)["base"]  # of the places, and of the file
    assert base == again
    assert upload(page, word.template("x"), "x.docx", path, base=base).status == 400
    newer = upload(page, to_bytes(plain(1, "Newer")), "Lease v2.pdf", path, base=base)
    assert "Saved as revision 3." in newer.text
    assert "1 field placed" in newer.text
    late = upload(page, to_bytes(plain(1, "Late")), "x.pdf", path, base=base)
    assert (late.status, "meanwhile" in late.text) == (409, True)
    assert place(page, SIGN, base=base).status == 409
    revisions = page.post(f"/templates/{template_id}/revisions", plain=True)
    assert "Page 2: Signature" in html.unescape(revisions.text)
    got = page.post(f"/templates/{template_id}/file", plain=True).response
    assert got.data.startswith(b"%PDF-")
    assert "attachment" in got.headers["Content-Disposition"]


def test_only_those_who_may_edit_come_in(office: Office, library: Page):
    template_id = id_of(upload(library, to_bytes(plain(1)), "Lease.pdf"))
    anna = office.launch("/", user=ANNA).post("/templates/", plain=True)
    assert upload(anna, to_bytes(plain(1)), "x.pdf").status == 409
    stranger = office.launch("/", user=1, portal="globex").post("/templates/", plain=True)
    for path in ("/replace", "/file", "/fields", "/fields/save"):
        form = {"base": "x", "fields": "[]", "file": (io.BytesIO(b"x"), "x.pdf")}
        assert anna.post(f"/templates/{template_id}{path}", dict(form)).status == 409
        form["file"] = (io.BytesIO(b"x"), "x.pdf")
        assert stranger.post(f"/templates/{template_id}{path}", dict(form)).status == 404


def test_a_word_template_with_mistakes_says_where(library: Page):
    page = upload(library, word.template("{{ card.title }}", "{% if card.title %}<b>"), "<i>Bad</i>.docx")
    assert (page.has("word-template"), page.count("word-problem")) == (True, 1)
    assert "Paragraph 2" in page.text
    assert "<i>Bad" not in page.text
    got = page.post(f"/templates/{id_of(page)}/file", plain=True).response
    assert got.data.startswith(b"PK")


@needs_office
def test_a_word_template_is_looked_at_with_a_leads_values(library: Page):
    page = upload(library, word.template(*WORD), "Work order.docx")
    assert (page.count("asked-path"), page.count("unknown-path")) == (4, 1)
    tried = page.post(f"/templates/{id_of(page)}/values", {**fields_of(page.text), "card": "1:77"}, plain=True)
    assert (tried.count("preview-page"), tried.count("place"), tried.has("empty")) == (1, 2, True)


def printed(page: Page, template_id: str) -> list[str]:
    answer = page.post(f"/templates/{template_id}/print", {"tried": page.value("tried")}, plain=True).response
    return list(page_texts(answer.data))


def test_a_test_print_of_a_pdf_says_what_it_is_and_shows_what_places_hold(library: Page):
    page = upload(library, to_bytes(plain(2)), "Lease.pdf")
    held = {**SIGN, "id": "t1", "type": "text", "page": 2, "default": "Paid yearly"}
    place(page, SIGN, held)
    texts = printed(page, id_of(page))
    assert all("SAMPLE" in text for text in texts)
    assert "Paid yearly" in texts[1]


def test_a_test_print_of_a_pdf_without_places_has_its_page_for_signatures(library: Page):
    page = upload(library, to_bytes(plain(1)), "Plain.pdf")
    texts = printed(page, id_of(page))
    assert ["SAMPLE" in text for text in texts] == [True, True]


@contextmanager
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    converter.program.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        yield
    finally:
        monkeypatch.undo()
        converter.program.cache_clear()


@needs_office
def test_a_word_template_is_converted_once_for_its_values(
    office: Office, library: Page, monkeypatch: pytest.MonkeyPatch
):
    text = "About {{ card.title }} {{ card.UF_CRM_EXPRESS_START | tick }}"
    template_id = id_of(upload(library, word.template(text, "{{s:signer1}}"), "Once.docx"))
    page = office.composer(77, user=ANNA)

    def shown(**more: Any) -> Page:
        return page.post("/composer/preview", usual_form(page, template_id=template_id, **more))

    assert (shown().count("preview-page"), "Express start" in shown().text) == (1, True)
    ticked = {"tick_paths": ["card.UF_CRM_EXPRESS_START"], "tick_card.UF_CRM_EXPRESS_START": "1"}
    with without_libreoffice(monkeypatch):
        assert shown(signer_name=["Bob Ray"]).count("preview-page") == 1
        assert "LibreOffice is not installed" in shown(**ticked).text
        with writing():
            derived.purge(to_ms(office.ctx.now() + LIFE) + 1000)
        assert "LibreOffice is not installed" in shown(signer_name=["Eve Sun"]).text
    assert "SAMPLE" in printed(library.post(f"/templates/{template_id}", plain=True), template_id)[0]
