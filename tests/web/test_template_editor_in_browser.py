"""The editor of templates in a real browser, inside a frame of the sandbox portal."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from werkzeug.serving import make_server

from tests.office import OLENA, Office, open_office
from tests.web.chromium import DESK, chromium, faults, overflow

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with open_office(tmp_path_factory.mktemp("served"), f"http://localhost:{port}") as office:
        server = make_server("127.0.0.1", port, office.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield office
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(served: Office, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**DESK)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.wrong = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.wrong.append(str(error)))  # type: ignore[attr-defined]
    yield page
    assert page.wrong == []  # type: ignore[attr-defined]
    context.close()


def editor(served: Office, page: Page, place: int = 1, lang: str = "en") -> FrameLocator:
    """Open a template of the list in the editor; its pages are there."""
    acme = served.sandbox.portal("acme")
    page.goto(f"{acme.url}/marketplace/app/{acme.app.client_id}/?as={OLENA}&lang={lang}")
    frame = page.frame_locator('[data-testid="app-iframe"]')
    frame.get_by_test_id("templates").click()
    frame.get_by_test_id("template-open").nth(place).click()
    expect(frame.get_by_test_id("preview-page").first).to_be_visible(timeout=PATIENCE_MS)
    return frame


def write(frame: FrameLocator, text: str) -> None:
    """Type at the end of the text."""
    body = frame.get_by_test_id("body")
    body.focus()
    body.press("Control+End")
    body.press_sequentially(text)


def test_a_text_is_written_with_the_keyboard_alone_and_a_remark_leads_to_its_line(served: Office, page: Page):
    frame = editor(served, page)
    write(frame, "\n\n{{ lead.titel }} ")
    remark = frame.get_by_test_id("remark").filter(has_text="lead.titel")
    expect(remark).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Control+Space")
    frame.get_by_test_id("picker-search").press_sequentially("iban my")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    body = frame.get_by_test_id("body")
    assert body.input_value().endswith("{{ lead.titel }} {{ my_company.bank.iban }}")
    remark.press("Enter")
    assert body.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)").startswith("{{ lead.titel }}")
    page.keyboard.press("Control+s")
    expect(frame.get_by_test_id("saved")).to_have_text("Saved as revision 2.", timeout=PATIENCE_MS)
    inner = next(each for each in page.frames if "localhost" in each.url and each != page.main_frame)
    assert faults(inner) == []  # type: ignore[arg-type]
    assert overflow(inner) == 0  # type: ignore[arg-type]


def test_what_was_not_saved_is_offered_again(served: Office, page: Page):
    frame = editor(served, page, place=2)
    expect(frame.get_by_test_id("draft")).to_be_hidden()
    with page.expect_response(lambda answer: answer.url.endswith("/preview")):
        write(frame, "Unsaved words")
    frame = editor(served, page, place=2)
    expect(frame.get_by_test_id("draft")).to_be_visible()
    assert "Unsaved words" not in frame.get_by_test_id("body").input_value()
    frame.get_by_test_id("draft-take").click()
    expect(frame.get_by_test_id("draft")).to_be_hidden()
    expect(frame.get_by_test_id("body")).to_have_value(re.compile("Unsaved words"))
    frame.get_by_test_id("save").click()
    expect(frame.get_by_test_id("saved")).to_be_visible(timeout=PATIENCE_MS)
    frame = editor(served, page, place=2)
    expect(frame.get_by_test_id("draft")).to_be_hidden()
