"""Lost connections, double taps, refusals, documents that end meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..signing_scene import VERA, send
from .acts import fill_text, give_typed, go_to

pytestmark = pytest.mark.browser


def test_a_lost_connection_is_said_and_the_entry_saved_when_it_is_back(at_document, sent):
    page = at_document
    go_to(page, "text")
    page.context.set_offline(True)
    page.locator(".is-current [data-control]").fill("Kyiv")
    expect(page.get_by_test_id("saved")).to_have_text("No connection. Trying again…")
    page.context.set_offline(False)
    expect(page.get_by_test_id("saved")).to_have_text("Saved")
    assert sent.values()[sent.fields["text"]] == "Kyiv"


def test_finishing_without_a_connection_signs_nothing_and_says_so(at_document, sent):
    page = at_document
    fill_text(page, "Kyiv")
    give_typed(page, "initials", "VL")
    give_typed(page, "signature", VERA)
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").wait_for()
    page.wait_for_load_state("load")  # the script has taken the form over
    page.context.set_offline(True)
    page.get_by_test_id("finish").click()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    assert sent.signer().signed_at is None
    page.context.set_offline(False)
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("closed")).to_be_visible()


def test_a_double_tap_on_finish_signs_once(at_document, sent):
    page = at_document
    fill_text(page, "Kyiv")
    give_typed(page, "initials", "VL")
    give_typed(page, "signature", VERA)
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").dblclick()
    expect(page.get_by_test_id("closed")).to_be_visible()
    assert sent.events().count("signer_signed") == 1


def test_a_document_called_back_meanwhile_closes_itself(at_document, sent):
    page = at_document
    go_to(page, "text")
    sent.change(status="voided")
    page.locator(".is-current [data-control]").fill("Kyiv")
    expect(page.get_by_test_id("closed")).to_have_attribute("data-reason", "voided")


def test_an_entry_that_is_refused_is_said_at_its_place(at_document, sent):
    page = at_document
    go_to(page, "text")
    control = page.locator(".is-current [data-control]")
    control.evaluate("e => e.removeAttribute('maxlength')")
    control.fill("x" * 501)
    expect(page.locator(".is-current [data-problem]")).to_contain_text("too long")
    expect(control).to_have_attribute("aria-invalid", "true")
    control.fill("Kyiv")
    expect(page.locator(".is-current [data-problem]")).to_be_hidden()
    expect(page.get_by_test_id("saved")).to_have_text("Saved")
    assert sent.values()[sent.fields["text"]] == "Kyiv"


def test_when_the_script_never_comes_the_plain_list_opens(open_page, app):
    sent = send(app)
    app.test_client().post(f"/s/{sent.token}/consent", data={"agree": "yes"})
    page = open_page("about:blank")
    page.route("**/signing.js*", lambda route: route.abort())
    page.goto(f"/s/{sent.token}")
    expect(page.get_by_test_id("adopt-signature")).to_be_visible()
    expect(page.get_by_test_id("review")).to_be_visible()
