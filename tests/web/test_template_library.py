"""The library's doors: each works as a plain form post, and for the page's script."""

from __future__ import annotations

import html
import re

import pytest

from b24app.bitrix.crm import open_card
from b24app.documents.preview import page_texts
from b24app.services.card_values import card_values
from b24app.services.template_options import TemplateOptions
from b24app.store import database, portals, requests
from b24app.store.tables import LastChoice, LastTemplate, Template, TemplateRevision
from tests.office import ANNA, BORIS, OLENA, Office, Page, looked_at
from tests.web.form_reader import fields_of


@pytest.fixture(autouse=True)
def _as_installed(office: Office):
    """Options and choices of one test are not another's."""
    yield
    with database.reading():
        for table in (LastChoice, LastTemplate):
            table.delete().execute()
        Template.update(options={}, archived_at=None).execute()


@pytest.fixture
def library(office: Office) -> Page:
    return office.launch("/", user=OLENA).post("/templates/", plain=True)


def ids(page: Page) -> list[str]:
    return re.findall(r'data-template="([^"]+)"', page.text)


def opened(library: Page) -> tuple[str, Page]:
    """A fresh template of its own, open in the editor."""
    page = library.post("/templates/new", {"start": "empty", "name": "Mine", "locale": "en"}, plain=True)
    found = re.search(r'action="/templates/([^"/]+)/save"', page.text)
    assert found
    return found[1], page


def form(page: Page, **changes: str) -> dict[str, object]:
    return {**fields_of(page.text), **changes}


def test_the_list_shows_the_examples_in_both_languages(library):
    assert library.count("template-line") == 6
    for words in ("Services agreement", "Акт приймання-передачі послуг", "Everybody", "never"):
        assert words in library.text


@pytest.mark.parametrize("path", ["", "/new", "/x", "/x/save", "/x/preview", "/x/options", "/x/revisions", "/x/move"])
def test_nothing_is_there_without_a_session(office: Office, path):
    assert office.client.post(f"/templates{path}").status_code in (302, 308, 403)
    assert office.client.get(f"/templates{path}").status_code in (308, 404, 405)


def test_an_employee_sees_the_list_and_changes_nothing(office: Office, library):
    page = office.launch("/", user=ANNA).post("/templates/", plain=True)
    assert page.count("template-line") == 6
    assert not page.has("new-template")
    assert not page.has("template-options")
    template_id = ids(library)[0]
    for path in ("", "/save", "/options", "/options/save", "/revisions", "/preview", "/print", "/archive", "/move"):
        assert page.post(f"/templates/{template_id}{path}", {"body": "x"}).status == 409


def test_another_portals_template_is_not_there(office: Office, library):
    page = office.launch("/", user=1, portal="globex").post("/templates/", plain=True)
    for path in ("", "/save", "/options", "/revisions", "/archive"):
        assert page.post(f"/templates/{ids(library)[0]}{path}", {"body": "x"}).status == 404


def test_a_text_is_written_looked_at_and_saved(library):
    template_id, page = opened(library)
    body = "# Hello {{ card.title }}\n\n{{#if lead.titel}}x{{/if}}\n\n{{ 7*7 }}\n\n{{ signatures }}\n"
    looked = page.post(f"/templates/{template_id}/preview", form(page, body=body))
    assert (looked.count("preview-page"), looked.count("place")) == (1, 8)
    lines = re.findall(r'data-line="(\d+)"', looked.text)
    assert lines == ["3", "5"]
    assert "this portal has no such field" in looked.text
    saved = page.post(f"/templates/{template_id}/save", form(page, body=body, note="First"))
    assert "Saved as revision 2." in saved.text
    assert (
        TemplateRevision.get((TemplateRevision.template == template_id) & (TemplateRevision.number == 2)).body == body
    )


def test_without_scripts_the_whole_editor_comes_back(library):
    template_id, page = opened(library)
    shown = page.post(f"/templates/{template_id}/preview", form(page, body="# My *words*"), plain=True)
    assert (shown.status, shown.count("preview-page")) == (200, 1)
    assert fields_of(shown.text)["body"][0].strip() == "# My *words*"
    saved = shown.post(f"/templates/{template_id}/save", form(shown), plain=True)
    assert "Saved as revision 2." in saved.text


def test_the_second_of_two_editors_sees_both_texts_and_decides(library):
    template_id, page = opened(library)
    page.post(f"/templates/{template_id}/save", form(page, body="Theirs\n"))
    told = page.post(f"/templates/{template_id}/save", form(page, body="Mine\n"), plain=True)
    assert (told.status, told.has("conflict")) == (409, True)
    assert fields_of(told.text)["body"][0].strip() == "Mine"
    assert re.findall(r'class="diff__text">(\w+)<', told.text) == ["Theirs", "Mine"]
    newest = re.findall(r'name="base" value="([^"]+)" data-testid="keep-mine"', told.text)
    kept = told.post(f"/templates/{template_id}/save", {**form(told), "base": newest}, plain=True)
    assert "Saved as revision 3." in kept.text


def test_what_was_not_saved_is_kept_offered_taken_and_discarded(library):
    template_id, page = opened(library)
    page.post(f"/templates/{template_id}/preview", form(page))
    assert not library.post(f"/templates/{template_id}", plain=True).has("draft")
    page.post(f"/templates/{template_id}/preview", form(page, body="Half a sentence"))
    again = library.post(f"/templates/{template_id}", plain=True)
    assert again.has("draft")
    taken = again.post(f"/templates/{template_id}/draft", plain=True)
    assert fields_of(taken.text)["body"][0].strip() == "Half a sentence"
    assert not again.post(f"/templates/{template_id}/draft/drop", plain=True).has("draft")
    page.post(f"/templates/{template_id}/preview", form(page, body="A whole one"))
    page.post(f"/templates/{template_id}/save", form(page, body="A whole one"))
    assert not library.post(f"/templates/{template_id}", plain=True).has("draft")


def test_the_values_of_a_real_card_are_in_the_list_and_on_the_pages(library):
    template_id, page = opened(library)
    chosen = page.post(f"/templates/{template_id}/values", form(page, card="1:77"))
    assert 'data-path="card.UF_CRM_SUPPORT_LEVEL"' in chosen.text
    for value in ("Service agreement: CRM onboarding", "Standard support", "December 7, 2026", "DE314159265"):
        assert value in chosen.text, value
    tried = form(page, tried=fields_of(chosen.text)["tried"][0], body="{{ card.title }} {{ company.bank.bic }}")
    assert "Empty on" not in page.post(f"/templates/{template_id}/preview", tried).text


def test_a_card_that_the_editor_may_not_see_is_not_shown(office: Office, library):
    template_id, _ = opened(library)
    editors = TemplateOptions().to_dict() | {"editors": {"users": [{"id": BORIS, "name": "Boris"}]}}
    Template.update(options=editors).where(Template.id == template_id).execute()
    page = office.launch("/", user=BORIS).post(f"/templates/{template_id}", plain=True)
    assert page.has("editor")
    assert page.post(f"/templates/{template_id}/values", form(page, card="1:77")).status == 409
    assert 'value="1:77"' not in page.text


def test_a_test_print_says_on_every_page_what_it_is(library):
    template_id, page = opened(library)
    printed = page.post(f"/templates/{template_id}/print", form(page), plain=True).response
    assert all("SAMPLE" in text for text in page_texts(printed.data))
    assert "attachment" in printed.headers["Content-Disposition"]


def test_revisions_are_compared_and_restored(library):
    template_id, page = opened(library)
    page.post(f"/templates/{template_id}/save", form(page, body="Other\n", note="Shorter"))
    shown = page.post(f"/templates/{template_id}/revisions", plain=True)
    assert (shown.count("revision"), "Shorter" in shown.text, "# New document" in shown.text) == (2, True, True)
    first = re.findall(r'name="revision" value="([^"]+)"', shown.text)
    back = shown.post(f"/templates/{template_id}/revisions/restore", {"revision": first}, plain=True)
    assert "Revision 1 is back, as revision 3." in back.text
    assert "Revision 1, restored" in back.text


def test_options_are_asked_kept_and_refused_at_their_fields(library):
    template_id, _ = opened(library)
    page = library.post(f"/templates/{template_id}/options", plain=True)
    found = page.post(f"/templates/{template_id}/options/find", form(page, find="anna"), plain=True)
    assert "Anna Schmidt" in found.text
    assert "without the permission “department”" in found.text
    wrong = form(found, name="", deadline_days="soon")
    refused = found.post(f"/templates/{template_id}/options/save", wrong, plain=True)
    assert (refused.status, refused.text.count('class="problem"')) == (400, 2)
    right = form(
        found, name="Better", deadline_days="9", types="2", roles=["director", "typed"], editor="6|Anna Schmidt"
    )
    right.pop("everybody")
    saved = found.post(f"/templates/{template_id}/options/save", right, plain=True)
    assert "Saved." in saved.text
    kept = TemplateOptions.from_dict(Template.get_by_id(template_id).options)
    assert (kept.types, kept.roles, kept.deadline_days, kept.users.everybody) == ((2,), ("director", "typed"), 9, False)
    assert [(each.id, each.name) for each in kept.editors.users] == [(ANNA, "Anna Schmidt")]


def test_the_list_is_put_in_order_and_templates_archived(library):
    first, second, *_ = ids(library)
    moved = library.post(f"/templates/{second}/move", {"step": "-1"}, plain=True)
    assert ids(moved)[:2] == [second, first]
    moved.post(f"/templates/{second}/move", {"step": "1"}, plain=True)
    aside = moved.post(f"/templates/{second}/archive", plain=True)
    assert second not in ids(aside)
    assert aside.has("archived")
    assert second in ids(aside.post(f"/templates/{second}/back", plain=True))


def test_hostile_names_are_read_as_text(library):
    name = "<script>alert(1)</script>\"'{{ 7*7 }}"
    page = library.post("/templates/new", {"start": "empty", "name": name, "locale": "en"}, plain=True)
    found = re.search(r'action="/templates/([^"/]+)/save"', page.text)
    assert found
    for path in ("", "/options", "/revisions", "/archive"):
        shown = library.post(f"/templates/{found[1]}{path}", plain=True)
        assert (shown.status, "<script>alert" in shown.text) == (200, False)
        assert "&lt;script&gt;alert(1)" in shown.text


def test_departments_are_found_where_the_permission_was_given(office: Office, library):
    template_id, _ = opened(library)
    app = office.sandbox.portal("acme").app
    app.scope += ",department"
    found = library.post(f"/templates/{template_id}/options/find", {"find": "acme"}, plain=True)
    app.scope = app.scope.removesuffix(",department")
    assert 'name="editor_department" value="1|Acme Consulting"' in found.text


def option_of(page: Page, name: str) -> str:
    return next(id for id, title in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)<', page.text) if title == name)


def set_options(page: Page, name: str, options: TemplateOptions) -> str:
    template_id = option_of(page, name)
    Template.update(options=options.to_dict()).where(Template.id == template_id).execute()
    return template_id


def test_the_composer_offers_what_fits_and_proposes_what_the_template_says(office: Office):
    page = office.composer(77, user=ANNA)
    set_options(page, "Acceptance certificate", TemplateOptions(types=(2,)))
    chosen = TemplateOptions(roles=("director", "typed"), deadline_days=3, needs_approval=False)
    template_id = set_options(page, "Non-disclosure agreement", chosen)
    page = office.composer(77, user=ANNA)
    assert ">Acceptance certificate<" not in page.text
    answer = page.post("/composer/preview", {**fields_of(page.text), "template_id": [template_id]})
    brought = fields_of(answer.text)
    assert brought["signer_name"] == ["Sofia Petrenko", ""]
    assert "needs_approval" not in brought
    assert brought["expires_on"] != fields_of(page.text)["expires_on"]


def test_a_template_not_offered_cannot_be_prepared(office: Office):
    page = office.composer(77, user=ANNA)
    template_id = set_options(page, "Acceptance certificate", TemplateOptions(types=(2,)))
    assert page.post("/composer/preview", {**fields_of(page.text), "template_id": [template_id]}).status == 400


def test_a_request_names_the_revision_it_was_made_from(office: Office, library):
    page = office.composer(77, user=OLENA)
    template_id = option_of(page, "Non-disclosure agreement")
    before = Template.get_by_id(template_id).revision
    sent = page.post("/composer/send", looked_at(page, template_id=template_id))
    request_id = html.unescape(re.findall(r'data-request="([^"]+)"', sent.text)[0])
    editor = library.post(f"/templates/{template_id}", plain=True)
    editor.post(f"/templates/{template_id}/save", form(editor, body="# Changed"))
    row = requests.row(Template.get_by_id(template_id).portal, request_id)
    assert row.revision == before != Template.get_by_id(template_id).revision
    assert Template.get_by_id(template_id).used_at is not None
    words = f"Made from “Non-disclosure agreement”, revision {TemplateRevision.get_by_id(before).number}"
    for user, may_open in ((OLENA, True), (ANNA, False)):
        shown = office.launch("/", user=user).post(f"/requests/{request_id}", plain=True)
        assert (words in shown.text, f'name="newer" value="{before}"' in shown.text) == (True, may_open)


def test_pages_of_a_template_changed_meanwhile_must_be_looked_at_again(office: Office, library):
    page = office.composer(77, user=OLENA)
    template_id = option_of(page, "Non-disclosure agreement")
    ready = looked_at(page, template_id=template_id)
    editor = library.post(f"/templates/{template_id}", plain=True)
    editor.post(f"/templates/{template_id}/save", form(editor, body="# Changed again\n\n{{ signatures }}"))
    refused = page.post("/composer/send", ready)
    assert refused.status == 400
    assert "have changed" in refused.text


def test_letters_without_a_font_are_told_before_sending(office: Office):
    page = office.composer(77, user=ANNA)
    looked = looked_at(page, signer_name=["김철수"])
    shown = page.post("/composer/preview", looked)
    assert shown.has("unprintable")
    assert "김 철 수" in shown.text
    assert "김 철 수" in page.post("/composer/send", looked).response.get_json()["problems"]["preview"][0]


def test_properties_that_name_people_and_records_are_written_with_their_names(office: Office):
    crm = office.sandbox.portal("acme").crm
    for name, kind, value in (("OWNER", "employee", [8, 1]), ("SEE", "crm", "C_43")):
        crm.add_user_field("CRM_LEAD", f"UF_CRM_{name}", kind, name, multiple=isinstance(value, list))
        crm.items[1, 78].uf[f"UF_CRM_{name}"] = value
    with database.reading():
        portal = portals.get(office.sandbox.portal("acme").member_id)
        card = open_card(office.ctx.rest(portal, OLENA), 1, 78)
    values = card_values(card, "en", office.ctx.now().date())
    assert (values["lead.UF_CRM_OWNER"], values["lead.UF_CRM_SEE"]) == (
        "Boris Lange, Olena Kovalenko",
        "Sofia Petrenko",
    )
    assert card.me.departments == (1,)
