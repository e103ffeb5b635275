"""Another template in an open composer: letter and signatories follow it, unless they are the employee's own by now."""

from __future__ import annotations

import re

import pytest

from b24app.store.tables import LastChoice, LastTemplate
from tests.office import ANNA, OLENA, Office, Page
from tests.web.form_reader import Fields, fields_of

COLUMNS = ("signer_key", "signer_name", "signer_email", "signer_order", "signer_locale")


@pytest.fixture(autouse=True)
def _nothing_remembered(office: Office):
    for table in (LastChoice, LastTemplate):
        table.delete().execute()


def opened(office: Office, user: int = ANNA) -> Fields:
    return fields_of(office.composer(77, user=user).text)


def template(page: Page, locale: str) -> str:
    return re.findall(rf'<option value="([^"]+)" data-locale="{locale}"', page.text)[0]


def switched(page: Page, locale: str, **changes: list[str]) -> Fields:
    """The form of a page with another template chosen."""
    return {**fields_of(page.text), "template_id": [template(page, locale)], **changes}


def chosen(fields: Fields) -> list[tuple[str, str]]:
    """Name and language of those who sign: the rows with a turn."""
    rows = zip(*(fields[column] for column in COLUMNS), strict=True)
    return [(name, locale) for _, name, _, order, locale in rows if order]


def people(page: Page, *names: str) -> dict[str, list[str]]:
    """The columns of the list of signatories with these people of the card."""
    fields = fields_of(page.text)
    rows = {row[1]: row for row in zip(*(fields[column] for column in COLUMNS), strict=True)}
    picked = [(*rows[name][:3], str(turn), rows[name][4]) for turn, name in enumerate(names, start=1)]
    return {column: list(values) for column, values in zip(COLUMNS, zip(*picked, strict=True), strict=True)}


def send(office: Office, locale: str, *names: str, user: int = ANNA) -> None:
    """Send a template to people of the card: its last choice from now on."""
    page = office.composer(77, user=user)
    form = {**switched(page, locale, **people(page, *names)), "accept_empties": ["1"]}
    form["prepared_id"] = [page.post("/composer/preview", form).value("prepared_id")]
    assert page.post("/composer/send", form).status == 200


def test_the_template_sent_last_is_chosen_when_the_composer_opens(office: Office):
    page = office.composer(77, user=ANNA)
    assert opened(office)["template_id"] == [template(page, "en")]
    send(office, "uk", "Katrin Brandt")
    again = opened(office)
    assert again["template_id"] == [template(page, "uk")]
    assert again["signer_locale"][0] == "uk"
    assert opened(office, OLENA)["template_id"] == [template(page, "en")]


def test_letter_and_signatories_of_the_other_template_come_with_its_pages(office: Office):
    send(office, "en", "Katrin Brandt")
    send(office, "uk", "Marco Rossi", "Ann Lee")
    send(office, "en", "Katrin Brandt")
    page = office.composer(77, user=ANNA)
    answer = page.post("/composer/preview", switched(page, "uk"))
    brought = fields_of(answer.text)
    assert answer.count("preview-page") >= 2
    assert chosen(brought) == [("Marco Rossi", "uk"), ("Ann Lee", "uk")]
    assert "Marco Rossi" in answer.text.split('data-swap="preview"')[1]
    assert brought["letter_body"] != fields_of(page.text)["letter_body"]
    assert brought["signers_from"] == [template(page, "uk")]


def test_the_same_template_brings_pages_only(page: Page):
    answer = page.post("/composer/preview", fields_of(page.text))
    assert answer.has("preview-page")
    assert not answer.has("letter")
    assert not answer.has("signer-row")


@pytest.mark.parametrize("own", [{"letter_subject": ["My words"]}, {"letter_body": ["My words, {signer_name}"]}])
def test_the_employees_own_words_stay(page: Page, own):
    answer = page.post("/composer/preview", switched(page, "uk", **own))
    assert not answer.has("letter")
    assert answer.has("signer-row")


def test_the_employees_own_list_stays_and_the_letter_follows(page: Page):
    answer = page.post("/composer/preview", switched(page, "uk", **people(page, "Ann Lee")))
    assert answer.has("letter")
    assert not answer.has("signer-row")


def test_a_list_of_his_own_stays_at_every_further_switch(office: Office):
    send(office, "uk", "Ann Lee")
    send(office, "en", "Katrin Brandt")
    page = office.composer(77, user=ANNA)
    own = people(page, "Ann Lee")  # by chance what would be proposed with the other template
    page.post("/composer/preview", switched(page, "uk", **own))
    assert not page.post("/composer/preview", switched(page, "en", **own)).has("signer-row")


def test_another_address_or_language_of_a_signatory_is_a_list_of_his_own(page: Page):
    for change in ({"signer_email": ["new@example.com"]}, {"signer_locale": ["uk"]}):
        form = switched(page, "uk", **(people(page, "Katrin Brandt") | change))
        assert not page.post("/composer/preview", form).has("signer-row")


def test_deadline_and_approval_stay(office: Office):
    send(office, "uk", "Katrin Brandt")
    send(office, "en", "Katrin Brandt")
    page = office.composer(77, user=ANNA)
    form = switched(page, "uk", expires_on=["2031-02-03"])
    form.pop("needs_approval")
    shown = fields_of(page.post("/composer/preview", form, plain=True).text)
    assert shown["expires_on"] == ["2031-02-03"]
    assert "needs_approval" not in shown


def test_without_scripts_the_whole_page_follows_and_back_again(office: Office):
    send(office, "uk", "Marco Rossi")
    send(office, "en", "Katrin Brandt")
    first = office.composer(77, user=ANNA)
    there = first.post("/composer/preview", switched(first, "uk"), plain=True)
    assert (there.status, chosen(fields_of(there.text))) == (200, [("Marco Rossi", "uk")])
    back = fields_of(there.post("/composer/preview", switched(there, "en"), plain=True).text)
    before = fields_of(first.text)
    assert chosen(back) == chosen(before) == [("Katrin Brandt", "en")]
    assert [back[name] for name in ("letter_subject", "letter_body")] == [
        before[name] for name in ("letter_subject", "letter_body")
    ]


def test_without_scripts_too_the_employees_own_stays(page: Page):
    own = {"letter_subject": ["My words"], **people(page, "Ann Lee")}
    shown = fields_of(page.post("/composer/preview", switched(page, "uk", **own), plain=True).text)
    assert (shown["letter_subject"], chosen(shown)) == (["My words"], [("Ann Lee", own["signer_locale"][0])])


def test_a_file_of_his_own_changes_neither(page: Page):
    answer = page.post("/composer/preview", switched(page, "uk", source=["upload"]))
    assert not answer.has("letter")
    assert not answer.has("signer-row")
