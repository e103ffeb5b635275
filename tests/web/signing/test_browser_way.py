"""The whole way on a phone, with the keyboard alone, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.domain.signature_request import SignerStatus, Status

from ..chromium import DESK
from ..signing_scene import VERA
from .acts import draw, fill_text, finish, give_drawn, give_typed, go_to

pytestmark = pytest.mark.browser


def test_signing_on_a_phone_with_a_drawn_signature(at_document, sent):
    page = at_document
    fill_text(page, "Kyiv, Khreshchatyk 1")
    give_drawn(page, "initials")
    give_drawn(page, "signature")
    finish(page)
    assert sent.signer().status is SignerStatus.SIGNED
    assert sent.values()[sent.fields["text"]] == "Kyiv, Khreshchatyk 1"
    assert {sent.fields["signature"], sent.fields["initials"]} <= sent.values().keys()


def test_signing_on_a_phone_with_a_typed_signature(at_document, sent):
    page = at_document
    fill_text(page, "Kyiv")
    give_typed(page, "initials", "VL")
    give_typed(page, "signature", VERA)
    expect(page.get_by_test_id("progress")).to_have_text("5 of 5")
    finish(page)
    assert sent.events().count("signer_signed") == 1


def test_signing_with_the_keyboard_alone(open_page, sent):
    page = open_page(f"/s/{sent.token}", DESK)
    press = page.keyboard.press

    def tab_to(test_id: str) -> None:
        for _ in range(60):
            if page.evaluate("document.activeElement.dataset.testid") == test_id:
                return
            press("Tab")
        raise AssertionError(f"{test_id} is not reached by Tab")

    tab_to("consent-agree")
    press("Space")
    tab_to("consent-continue")
    press("Enter")
    expect(page.get_by_test_id("next")).to_be_visible()
    for kind, words in (("text", "Kyiv"), ("initials", "VL"), ("signature", VERA)):
        while not page.locator(f".entry--{kind}.is-current").count():
            tab_to("next")
            press("Enter")
        if kind == "text":
            page.keyboard.type(words)
            press("Enter")
            continue
        press("Enter")
        expect(page.locator("dialog[open]")).to_have_count(1)
        tab_to(f"ink-{kind}-draw")
        press("ArrowRight")
        tab_to(f"ink-{kind}-text")
        press("Enter")
        expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_test_id("review")).to_be_focused()
    press("Enter")
    expect(page.get_by_test_id("finish")).to_be_visible()
    tab_to("finish")
    press("Enter")
    expect(page.get_by_test_id("closed")).to_be_visible()
    assert sent.signer().status is SignerStatus.SIGNED


def test_signing_without_scripts(open_page, sent):
    page = open_page(f"/s/{sent.token}", DESK, java_script_enabled=False)
    page.get_by_test_id("consent-agree").check()
    page.get_by_test_id("consent-continue").click()
    page.locator(".entry--text input.input").fill("Kyiv")
    page.locator(".entry--text").get_by_text("Save").click()
    expect(page.get_by_test_id("said")).to_have_text("Saved.")
    for kind in ("initials", "signature"):
        page.get_by_test_id(f"adopt-{kind}").click()
        expect(page.get_by_test_id("said")).to_have_text("Your signature is in place.")
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("closed")).to_be_visible()
    assert sent.signer().status is SignerStatus.SIGNED


def test_declining(open_page, sent):
    page = open_page(f"/s/{sent.token}")
    page.get_by_test_id("decline-link").click()
    page.get_by_test_id("decline-reason").fill("The price is wrong")
    page.get_by_test_id("decline").click()
    expect(page.get_by_test_id("closed")).to_have_attribute("data-reason", "declined")
    assert sent.load().status is Status.DECLINED


def test_the_page_counts_as_seen_without_a_touch(open_page, sent):
    page = open_page("about:blank")
    with page.expect_response(re.compile("/view$")):
        page.goto(f"/s/{sent.token}")
    assert sent.signer().status is SignerStatus.VIEWED


def test_entries_survive_leaving_and_returning(at_document, open_page, sent):
    fill_text(at_document, "Kyiv")
    give_typed(at_document, "signature", VERA)
    again = open_page(f"/s/{sent.token}", DESK)
    expect(again.locator(".mark--text")).to_have_text("Kyiv")
    expect(again.locator(".mark--signature img")).to_have_count(1)
    expect(again.get_by_test_id("progress")).to_have_text("4 of 5")


def test_next_leads_only_to_what_is_missing_and_skips_dates(at_document):
    page, seen = at_document, []
    for _ in range(4):
        page.get_by_test_id("next").click()
        seen.append(page.locator(".entry.is-current").get_attribute("data-type"))
    assert seen == ["checkbox", "text", "initials", "signature"]


def test_next_brings_the_place_into_view_and_the_focus_to_it(at_document):
    page = at_document
    go_to(page, "text")
    expect(page.locator(".entry--text [data-control]")).to_be_focused()
    go_to(page, "signature")
    expect(page.locator(".mark--signature")).to_be_in_viewport()
    expect(page.locator(".entry--signature [data-open]")).to_be_focused()


def test_a_date_says_that_the_server_puts_it(at_document):
    page = at_document
    page.locator(".mark--date").click()
    expect(page.get_by_test_id("date-fixed").first).to_be_visible()
    assert page.locator(".entry--date.is-current input:not([type=hidden])").count() == 0


def test_places_are_big_enough_for_fingers(at_document):
    page = at_document
    for mark in page.locator(".mark").all():
        mark.scroll_into_view_if_needed()
        size = mark.evaluate("e => { const s = getComputedStyle(e, '::after'); return [s.width, s.height] }")
        assert min(float(side.removesuffix("px")) for side in size) >= 44
    small = page.locator(
        "button:visible, a:visible, input:visible:not([type=radio]):not([type=checkbox]), summary:visible"
    )
    for target in small.all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44 or "mark" in (target.get_attribute("class") or ""), target.inner_text()


def test_a_wrong_name_is_corrected_everywhere(at_document, sent):
    page = at_document
    page.get_by_test_id("correct-open").click()
    page.get_by_test_id("correct-name").fill("Vera Lenz")
    page.get_by_test_id("correct-save").click()
    expect(page.get_by_test_id("said")).to_have_text("Corrected.")
    expect(page.locator(".mark--name")).to_have_text("Vera Lenz")
    assert sent.signer().name == "Vera Lenz"


def test_a_stray_tap_is_not_a_signature(at_document, sent):
    page = at_document
    go_to(page, "signature")
    page.locator(".is-current [data-open]").click()
    page.get_by_test_id("ink-signature-canvas").tap()
    page.get_by_test_id("adopt-signature").click()
    assert page.evaluate("document.querySelector('dialog[open] form').checkValidity()") is False
    assert sent.fields["signature"] not in sent.values()


def test_strokes_can_be_undone_and_cleared(at_document):
    page = at_document
    go_to(page, "signature")
    page.locator(".is-current [data-open]").click()
    drawer, sent_image = page.locator("dialog[open]"), page.locator("dialog[open] [name=signature_image]")
    draw(page, "signature")
    one = sent_image.input_value()
    draw(page, "signature")
    assert len(sent_image.input_value()) > len(one) > 100
    drawer.get_by_text("Undo").click()
    assert sent_image.input_value() == one
    drawer.get_by_text("Clear").click()
    assert sent_image.input_value() == ""


def test_a_drawing_survives_turning_the_phone(at_document):
    page = at_document
    go_to(page, "signature")
    page.locator(".is-current [data-open]").click()
    draw(page, "signature")
    page.set_viewport_size({"width": 812, "height": 375})
    expect(page.get_by_test_id("adopt-signature")).to_be_in_viewport()
    page.get_by_test_id("adopt-signature").click()
    expect(page.locator(".mark--signature img")).to_have_count(1)
