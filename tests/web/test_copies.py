"""Addresses for copies in the composer and on the request's page, as an employee meets them."""

from __future__ import annotations

import html
import re

import pytest
from werkzeug.datastructures import MultiDict

from b24app.errors import InvalidPayload
from b24app.store import requests
from b24app.store.database import reading
from b24app.web.compose_form import parse_compose_form
from tests.office import ANNA, BORIS, Office, Page, looked_at
from tests.web.form_reader import fields_of
from tests.web.test_compose_form import filled
from tests.web.test_requests_page import opened

LAW, BOSS = "law@office.example", "boss@office.example"


def typed(*lines: str) -> tuple[str, ...]:
    return parse_compose_form(filled(copy_to=list(lines))).copies


def sent(page: Page, *copies: str) -> Page:
    return page.post("/composer/send", looked_at(page, copy_to=list(copies)))


def test_addresses_are_read_one_a_line_or_many_in_one():
    assert typed(LAW, "", f" {BOSS} ") == (LAW, BOSS)
    assert typed(f"{LAW}, Big Boss <{BOSS}>;\n cfo@office.example") == (LAW, BOSS, "cfo@office.example")


def test_each_is_read_once_whatever_its_letters():
    assert typed(LAW, LAW.upper(), f"{BOSS},{BOSS}") == (LAW, BOSS)


def test_a_form_of_earlier_days_has_none():
    assert parse_compose_form(filled()).copies == ()


@pytest.mark.parametrize(
    "text", ["no address", "<>", "x" * 3000, "<b>@x", "a@b@c", "\0", '"><script>@x.example', "a@х"]
)
def test_what_is_none_stays_for_the_service_to_name(text):
    assert len(typed(text)) <= 1


def test_a_flood_is_refused():
    with pytest.raises(InvalidPayload) as refused:
        parse_compose_form(
            MultiDict({**filled(), "composer_id": "c", "copy_to": [f"a{n}@x.example" for n in range(999)]})
        )
    assert refused.value.field == "copies"


def test_the_cards_addresses_are_offered(page: Page):
    offered = re.search(r'<datalist id="copy-choices">.*?</datalist>', page.text, re.DOTALL)
    assert offered
    assert '<option value="ann.lee@meridian-logistics.example">Ann Lee</option>' in offered[0]
    assert page.has("copy-to")


def test_a_hostile_card_offers_only_text(office: Office):
    page = office.composer(79, user=ANNA)
    assert "<img src=x" not in page.text


@pytest.mark.parametrize(
    ("copies", "words"),
    [
        ([LAW, "no address"], "“no address” is not an e-mail address."),
        (["<b>@x"], "“<b>@x” is not an e-mail address."),
        ([f"a{n}@x.example" for n in range(21)], "At most 20 addresses can get a copy."),
        ([f"a{n}@x.example" for n in range(201)], "These are too many addresses"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_sent(page: Page, copies, words):
    refused = sent_anyway(page, copies)
    assert refused.status == 400
    assert words in str(refused.response.get_json())
    with reading():
        assert not requests.exists(page.office.sandbox.portal("acme").member_id, page.value("composer_id"))


def sent_anyway(page: Page, copies: list[str]) -> Page:
    return page.post("/composer/send", {**looked_at(page), "copy_to": copies})


def test_without_scripts_a_bad_address_loses_nothing_that_was_typed(page: Page):
    answer = page.post("/composer/send", {**looked_at(page), "copy_to": [LAW, '"no" <address>']}, plain=True)
    assert answer.status == 400
    assert "is not an e-mail address" in html.unescape(answer.text)
    lines = fields_of(answer.text)["copy_to"]
    assert [line for line in lines if line] == [LAW, '"no" <address>']
    assert "" in lines
    mended = page.post("/composer/send", {**looked_at(page), "copy_to": [LAW, BOSS]}, plain=True)
    assert mended.has("sent")


def test_another_preview_keeps_what_was_typed(page: Page):
    form = {**looked_at(page), "copy_to": [LAW]}
    shown = page.post("/composer/preview", form, plain=True)
    assert fields_of(shown.text)["copy_to"][0] == LAW
    assert 'data-swap="said-copies"' in page.post("/composer/preview", form).text


def test_the_request_page_names_them_and_what_became_of_them(office: Office):
    request_id = office.send(77, user=ANNA, copy_to=[LAW, "ann.lee@meridian-logistics.example"], needs_approval=None)
    page = opened(office, request_id)
    assert page.count("request-copy") == 2
    assert page.count("request-signer") == 1
    assert "gets it when the document is finished" in page.text
    assert f"Copies go to: {LAW}, ann.lee@meridian-logistics.example" in page.text
    office.sign(request_id)
    page = opened(office, request_id)
    assert len(re.findall(r"sent <local-time>", page.text)) == 2
    [letter] = office.sandbox.mailbox.letters(LAW)
    assert letter.attachments


def test_an_address_is_corrected_on_the_page_and_gets_the_document(office: Office):
    wrong, right = "typing@eror.example", "typing@error.example"
    request_id = office.send(77, user=ANNA, copy_to=[wrong], needs_approval=None)
    office.work()
    page = opened(office, request_id)
    at = re.search(r'action="(/requests/[^"]+/copies/[^"]+)"', page.text)[1]
    assert "is not an e-mail address" in page.post(at, {"email": "no address"}).text
    corrected = page.post(at, {"email": right})
    assert "Corrected." in corrected.text
    assert f"{wrong} → {right}" in corrected.text
    office.sign(request_id)
    assert (len(office.sandbox.mailbox.letters(right)), office.sandbox.mailbox.letters(wrong)) == (1, [])
    finished = opened(office, request_id)
    assert "Save and send the document" in finished.text
    assert "on its way to the new address" in finished.post(at, {"email": wrong}).text
    office.work()
    assert len(office.sandbox.mailbox.letters(wrong)) == 1


def test_a_colleague_without_right_to_the_card_corrects_nothing(office: Office):
    request_id = office.send(77, user=ANNA, copy_to=[LAW])
    office.work()
    at = re.search(r'action="(/requests/[^"]+/copies/[^"]+)"', opened(office, request_id).text)[1]
    assert office.launch("/", user=BORIS).post(at, {"email": BOSS}).status == 409
    with reading():
        [copy] = requests.load(office.sandbox.portal("acme").member_id, request_id).copies
    assert copy.email == LAW


def test_a_request_without_copies_has_no_list_of_them(office: Office):
    assert not opened(office, office.send(77, user=ANNA)).has("request-copies")


def test_void_and_resend_keeps_them(office: Office):
    request_id = office.send(77, user=ANNA, copy_to=[LAW, BOSS])
    office.work()
    again = opened(office, request_id).post(f"/requests/{request_id}/resend", plain=True)
    assert [line for line in fields_of(again.text)["copy_to"] if line] == [LAW, BOSS]
    office.work()
    assert not [one for one in office.sandbox.mailbox.letters(BOSS) if "over" in one.subject.casefold()]
