"""Installation and settings in a real Chromium, inside the portal's own page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from b24app.manifest import manifest
from b24app.sandbox.examples.acme import ANNA
from tests.installing import open_stage

from .chromium import DESK, chromium, faults, overflow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def portal(browser, stage):
    """The application's page in the portal, for the administrator; scripts that fail fail the test."""
    context = browser.new_context(**DESK)
    context.set_default_timeout(15_000)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(address(stage))
    yield page
    context.close()
    assert not complaints


def address(stage, query: str = "") -> str:
    return f"{stage.acme.url}/marketplace/app/{stage.acme.app.client_id}/{query}"


def inside(portal: Page, stage) -> Frame:
    """The application's frame, once its page is there."""
    frame = portal.wait_for_selector("iframe", state="attached").content_frame()
    frame.wait_for_url(f"{stage.url}/**")
    return frame


def installed(portal: Page, stage) -> Frame:
    frame = inside(portal, stage)
    frame.get_by_test_id("finish").click()
    portal.wait_for_url("**install_finished=Y")
    frame = inside(portal, stage)
    expect(frame.get_by_test_id("home")).to_be_visible()
    return frame


def test_an_administrator_installs_from_the_first_line_to_home(portal, stage):
    frame = inside(portal, stage)
    expect(frame.get_by_test_id("connect-summary")).to_have_text("Paraph is connected to this Bitrix24.")
    expect(frame.locator('.step[data-mark="good"]')).to_have_count(
        len(manifest().placements) + len(manifest().events) + 1
    )
    installed(portal, stage)
    assert stage.acme.app.installed
    assert len(stage.acme.placements) == len(manifest().placements)


def test_a_failure_is_shown_at_its_line_and_can_be_tried_again(portal, stage):
    expect(inside(portal, stage).get_by_test_id("questions")).to_be_visible()
    stage.acme.faults.add("method_error", method="event.get", error="ACCESS_DENIED", description="No", status=403)
    portal.reload()
    frame = inside(portal, stage)
    expect(frame.get_by_test_id("connect-again")).to_have_text("Try again")
    expect(frame.locator('.step[data-what="event.get"]')).to_contain_text("Bitrix24 does not allow this")
    frame.get_by_test_id("connect-again").click()
    expect(frame.get_by_test_id("connect-summary")).to_have_text("Paraph is connected to this Bitrix24.")


def test_the_letter_follows_what_is_typed(portal, stage):
    frame = inside(portal, stage)
    letter = frame.frame_locator('[data-testid="letter-preview"]')
    expect(letter.locator("body")).to_contain_text("Hello Alex Example")
    frame.get_by_test_id("sender-name").fill("Lumen Studio")
    frame.get_by_test_id("body-en").fill("Dear {signer_name}!")
    frame.locator('[data-letter="en"] [data-insert="{document}"]').click()
    expect(letter.locator("body")).to_contain_text("Dear Alex Example!Services agreement 12")
    expect(letter.locator("body")).to_contain_text("Lumen Studio")
    frame.get_by_test_id("letter-uk").check()
    expect(letter.locator("body")).to_contain_text("Прочитати й підписати")
    frame.get_by_test_id("letter-en").check()
    frame.locator('[data-letter="en"] [data-usual]').click()
    expect(letter.locator("body")).to_contain_text("There is nothing to install")


def test_the_letter_leaves_no_trace_in_the_history(portal, stage):
    frame = inside(portal, stage)
    letter = frame.frame_locator('[data-testid="letter-preview"]')
    expect(letter.locator("body")).to_contain_text("Hello Alex Example")
    before = portal.evaluate("history.length")
    for word in ("One", "Two", "Three"):
        frame.get_by_test_id("body-en").fill(word)
        expect(letter.locator("body")).to_contain_text(word)
    assert portal.evaluate("history.length") == before


def test_a_test_letter_is_sent_without_leaving_the_page(portal, stage):
    frame = inside(portal, stage)
    frame.get_by_test_id("subject-en").fill("Ours: {document}")
    frame.get_by_test_id("test-email").fill("olena@acme.example")
    frame.get_by_test_id("test-email").press("Enter")
    expect(frame.get_by_test_id("sent")).to_contain_text("olena@acme.example")
    expect(frame.get_by_test_id("connect-summary")).to_have_text("Paraph is connected to this Bitrix24.")
    assert stage.sandbox.mailbox.letters()[0].subject == "Ours: Services agreement 12"


def test_settings_are_saved_in_place_and_mistakes_get_the_focus(portal, stage):
    frame = installed(portal, stage)
    frame.get_by_test_id("settings").click()
    frame.get_by_test_id("deadline-days").fill("900")
    frame.get_by_test_id("save").click()
    expect(frame.get_by_test_id("deadline-days")).to_be_focused()
    expect(frame.locator("#problem-deadline_days-1")).to_be_visible()
    frame.get_by_test_id("deadline-days").fill("10")
    frame.get_by_test_id("save").click()
    expect(frame.get_by_test_id("done")).to_have_text("Saved.")
    assert stage.stored.settings["deadline_days"] == 10


@pytest.mark.parametrize("query", ["", "?lang=ua"], ids=["en", "uk"])
def test_pages_are_readable_and_fit(portal, stage, query):
    portal.goto(address(stage, query))
    frame = inside(portal, stage)
    expect(frame.get_by_test_id("questions")).to_be_visible()
    assert (faults(frame), overflow(frame)) == ([], 0)
    frame = installed(portal, stage)
    frame.get_by_test_id("settings").click()
    expect(frame.get_by_test_id("settings-page")).to_be_visible()
    assert (faults(frame), overflow(frame)) == ([], 0)


def test_an_employee_reads_who_can_help(portal, stage):
    portal.goto(address(stage, f"?as={ANNA}"))
    expect(portal.get_by_test_id("denied")).to_be_visible()
