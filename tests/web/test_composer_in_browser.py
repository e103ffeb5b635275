"""The composer in a real browser, inside a frame of the sandbox portal: mouse, keyboard, states, accessibility."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, expect, sync_playwright
from werkzeug.serving import make_server

from b24app import ROOT
from b24app.services.bind_surfaces import bind_all
from b24app.store.tables import Portal
from tests.documents.hostile import plain, to_bytes
from tests.office import OLENA, Office, open_office

pytestmark = pytest.mark.browser

AXE = (ROOT / "tests/vendor/axe-core-4.14.1/axe.min.js").read_text()
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
READY_MS = 30_000
OFFER = """(found) => {
  const editor = document.querySelector("field-editor");
  const fresh = editor.cloneNode(true);
  fresh.dataset.fields = JSON.stringify(editor.plan);
  fresh.dataset.candidates = JSON.stringify(found);
  for (const box of fresh.querySelectorAll("[data-id]")) box.remove();
  editor.replaceWith(fresh);
}"""
"""Opens the editor anew on places found in the file."""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Office]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with open_office(tmp_path_factory.mktemp("served"), f"http://localhost:{port}") as office:
        for portal in Portal.select():
            list(bind_all(office.ctx, portal, OLENA))
        server = make_server("127.0.0.1", port, office.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield office
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def tab(served: Office, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    assert page.faults == []
    context.close()


def composer(served: Office, tab: Page, lead: int = 77) -> FrameLocator:
    """Open the composer from the toolbar of a card; its pages are there."""
    tab.goto(f"{served.sandbox.portal('acme').url}/crm/lead/details/{lead}/?as=6&lang=en")
    tab.get_by_test_id("toolbar-menu").click()
    tab.get_by_test_id("toolbar-item").first.click()
    frame = tab.frame_locator('[data-testid="app-iframe"]').last
    expect(frame.get_by_test_id("preview-page").first).to_be_visible(timeout=READY_MS)
    return frame


def add(frame: FrameLocator, name: str) -> None:
    frame.get_by_test_id("add-signer").click()
    frame.get_by_test_id("add-candidate").filter(has_text=name).click()


def chosen(frame: FrameLocator) -> list[str]:
    rows = frame.get_by_test_id("signer-row").all()
    return [f"{row.get_by_test_id('signer-number').inner_text()} {_name(row)}" for row in rows]


def problems_of_access(tab: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong in the frame."""
    own = tab.frames[-1]
    own.evaluate(AXE)
    found = own.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def _name(row: Locator) -> str:
    return row.locator("[name=signer_name]").input_value()


def _chromium() -> str | None:
    return next((path for path in ("/usr/bin/chromium",) if (ROOT / path).exists()), None)


def test_the_order_follows_mouse_and_keyboard(served: Office, tab: Page):
    frame = composer(served, tab)
    add(frame, "Ann Lee")
    add(frame, "Marco Rossi")
    assert chosen(frame) == ["1 Katrin Brandt", "2 Ann Lee", "3 Marco Rossi"]
    frame.get_by_test_id("signer-together").last.check()
    assert chosen(frame)[1:] == ["2 Ann Lee", "2 Marco Rossi"]
    frame.get_by_test_id("signer-email").last.press("Alt+ArrowUp")
    assert [line[2:] for line in chosen(frame)] == ["Katrin Brandt", "Marco Rossi", "Ann Lee"]
    handle, first = frame.get_by_test_id("signer-handle").last, frame.get_by_test_id("signer-row").first
    start, end = handle.bounding_box(), first.bounding_box()
    tab.mouse.move(start["x"] + 5, start["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(start["x"] + 5, end["y"] + 4, steps=12)
    tab.mouse.up()
    assert chosen(frame)[0] == "1 Ann Lee"


def test_send_waits_for_the_pages_and_is_possible_again_after_a_change(served: Office, tab: Page):
    frame = composer(served, tab)
    send = frame.get_by_test_id("send")
    expect(send).to_have_attribute("aria-disabled", "false")
    frame.get_by_test_id("tick").last.click()
    expect(send).to_have_attribute("aria-disabled", "true")
    expect(send).to_have_attribute("aria-disabled", "false", timeout=READY_MS)


def test_a_problem_is_shown_at_its_field_which_gets_the_focus(served: Office, tab: Page):
    frame = composer(served, tab)
    add(frame, "Jonas Weber")
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "false", timeout=READY_MS)
    frame.get_by_test_id("send").click()
    email = frame.get_by_test_id("signer-email").last
    expect(frame.get_by_test_id("signer-problem").last).to_contain_text("no e-mail address")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(frame.get_by_test_id("open-card")).to_be_visible()


def test_a_line_for_another_copy_is_there_as_soon_as_one_is_filled(served: Office, tab: Page):
    frame = composer(served, tab)
    lines, own = frame.get_by_test_id("copy-to"), tab.frames[-1]
    expect(lines).to_have_count(1)
    lines.first.focus()
    tab.keyboard.type("law@office.example")
    expect(lines).to_have_count(2)
    tab.keyboard.press("Tab")
    expect(lines.last).to_be_focused()
    tab.keyboard.type("no address")
    frame.get_by_test_id("send").click()
    expect(frame.get_by_test_id("copies-problem")).to_contain_text("“no address” is not an e-mail address.")
    expect(lines.nth(1)).to_have_value("no address")
    expect(lines.nth(1)).to_be_focused()
    expect(lines.nth(1)).to_have_attribute("aria-invalid", "true")
    expect(lines.first).not_to_have_attribute("aria-invalid", "true")
    assert problems_of_access(tab) == []
    lines.nth(1).fill("")
    expect(lines).to_have_count(3)
    tab.set_viewport_size({"width": 555, "height": 800})  # the frame: 375
    assert own.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_more_lines_than_copies_are_possible(served: Office, tab: Page):
    frame = composer(served, tab)
    lines = frame.get_by_test_id("copy-to")
    for number in range(20):
        lines.nth(number).fill(f"a{number}@x.example")
    expect(lines).to_have_count(20)


def test_a_colleague_comes_from_the_portals_own_dialog(served: Office, tab: Page):
    frame = composer(served, tab)
    frame.get_by_test_id("add-signer").click()
    frame.get_by_test_id("add-colleague").click()
    tab.get_by_test_id("dialog-option").filter(has_text="Boris Lange").click()
    tab.get_by_test_id("dialog-choose").click()
    expect(frame.get_by_test_id("signer-name").last).to_have_value("Boris Lange")


def test_why_a_file_was_refused_still_stands_there_when_the_pages_come(served: Office, tab: Page):
    held: list[Route] = []
    frame = composer(served, tab)
    tab.route("**/composer/preview", lambda route: route.continue_() if held else held.append(route))
    frame.get_by_test_id("source-upload").check()
    file = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"hello"}
    frame.get_by_test_id("upload").set_input_files([file])
    expect(frame.get_by_test_id("upload-problem")).to_contain_text("not a PDF")
    while not held:
        tab.wait_for_timeout(20)
    held[0].continue_()
    expect(frame.get_by_test_id("preview-empty")).to_be_visible(timeout=READY_MS)
    expect(frame.get_by_test_id("upload-problem")).to_contain_text("not a PDF")


def test_documents_of_several_sources_are_put_in_order(served: Office, tab: Page):
    served.sandbox.portal("acme").generator.conversion_s = 1
    frame = composer(served, tab)
    frame.get_by_test_id("source-bitrix24").check()
    frame.get_by_test_id("bitrix-documents").get_by_test_id("pick").first.click()
    expect(frame.get_by_test_id("upload-result")).to_have_count(1)
    frame.get_by_test_id("drive-storage").first.click()
    expect(frame.get_by_test_id("drive-search")).to_be_focused()
    assert problems_of_access(tab) == []
    frame.get_by_test_id("source-upload").check()
    files = {name: to_bytes(plain(1, name)) for name in ("A.pdf", "B.pdf")}
    frame.get_by_test_id("upload").set_input_files(
        [{"name": name, "mimeType": "application/pdf", "buffer": data} for name, data in files.items()]
    )
    expect(frame.get_by_test_id("upload-result")).to_have_count(3)
    frame.get_by_test_id("upload-result").last.get_by_test_id("document-drop").press("Alt+ArrowUp")
    frame.get_by_test_id("upload-result").first.get_by_test_id("document-drop").click()
    expect(frame.get_by_test_id("part")).to_have_text(["B", "A"], timeout=READY_MS)
    frame.get_by_test_id("source-template").check()
    expect(frame.get_by_test_id("document-template")).to_contain_text("Services agreement")
    expect(frame.get_by_test_id("part")).to_have_count(3, timeout=READY_MS)
    expect(frame.get_by_test_id("preview-state")).to_contain_text("Exactly these pages")


@pytest.mark.parametrize("lead", [77, 78, 79])
def test_it_is_accessible_and_never_wider_than_its_frame(served: Office, tab: Page, lead):
    frame = composer(served, tab, lead)
    frame.get_by_test_id("add-signer").click()
    assert problems_of_access(tab) == []
    own = tab.frames[-1]
    assert own.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert own.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_sending_takes_three_clicks_from_the_open_card(served: Office, tab: Page):
    tab.goto(f"{served.sandbox.portal('acme').url}/crm/lead/details/77/?as=6&lang=en")
    tab.get_by_test_id("tab-Signatures").click()
    frame = tab.frame_locator('[data-testid="app-iframe"]').last
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "false", timeout=READY_MS)
    frame.get_by_test_id("send").dblclick()
    expect(frame.get_by_test_id("sent")).to_contain_text("Katrin Brandt")
    frame.get_by_test_id("close").click()
    expect(frame.get_by_test_id("request-line")).to_have_count(1)
    frame.get_by_test_id("new-request").click()
    expect(frame.get_by_test_id("preview-page").first).to_be_visible(timeout=READY_MS)  # until then the frame grows
    frame.get_by_test_id("cancel").click()
    expect(frame.get_by_test_id("request-line")).to_have_count(1)


def choose_template(frame: FrameLocator, locale: str) -> None:
    own = frame.get_by_test_id("template")
    own.select_option(own.locator(f'option[data-locale="{locale}"]').first.get_attribute("value"))
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "true")
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "false", timeout=READY_MS)


def test_letter_and_signatories_follow_the_template_until_they_are_his_own(served: Office, tab: Page):
    frame = composer(served, tab)
    frame.get_by_test_id("letter").locator("summary").click()
    subject, locale = frame.get_by_test_id("letter-subject"), frame.get_by_test_id("signer-locale").first
    english = subject.input_value()
    choose_template(frame, "uk")
    expect(subject).not_to_have_value(english)
    expect(subject).to_be_visible()  # what was open stays open
    expect(locale).to_have_value("uk")
    assert chosen(frame) == ["1 Katrin Brandt"]
    add(frame, "Ann Lee")
    expect(frame.get_by_test_id("signer-locale").last).to_have_value("uk")
    choose_template(frame, "en")
    expect(subject).to_have_value(english)
    assert chosen(frame) == ["1 Katrin Brandt", "2 Ann Lee"]
    subject.fill("My own words")
    choose_template(frame, "uk")
    expect(subject).to_have_value("My own words")
    frame.get_by_test_id("signer-up").last.click()
    assert chosen(frame) == ["1 Ann Lee", "2 Katrin Brandt"]


def test_what_is_typed_while_the_pages_are_made_is_not_overwritten(served: Office, tab: Page):
    frame = composer(served, tab)
    frame.get_by_test_id("letter").locator("summary").click()
    held = []
    tab.route("**/composer/preview", lambda route: route.continue_() if held else held.append(route))
    own = frame.get_by_test_id("template")
    own.select_option(own.locator('option[data-locale="uk"]').first.get_attribute("value"))
    while not held:
        tab.wait_for_timeout(50)
    frame.get_by_test_id("letter-subject").fill("My own words")
    held[0].continue_()
    expect(frame.get_by_test_id("signer-locale").first).to_have_value("uk", timeout=READY_MS)
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "false", timeout=READY_MS)
    expect(frame.get_by_test_id("letter-subject")).to_have_value("My own words")


def test_the_field_editor_is_readable_and_usable_with_fingers(served: Office, browser: Browser):
    """On a tablet: no rule of axe broken, a tap places, a finger drags, every tool is 44 px high."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    tab = context.new_page()
    frame = composer(served, tab)
    frame.get_by_test_id("source-upload").check()
    file = {"name": "Offer.pdf", "mimeType": "application/pdf", "buffer": to_bytes(plain(1))}
    frame.get_by_test_id("upload").set_input_files(file)
    frame.get_by_test_id("place-fields").tap()
    frame.get_by_test_id("tool-signature").tap()
    frame.get_by_test_id("editor-page").tap(position={"x": 150, "y": 120})
    spot = frame.get_by_test_id("spot")
    before = spot.bounding_box()
    assert before
    wire = context.new_cdp_session(tab)
    for kind, y in (("touchStart", 10), ("touchMove", 40), ("touchMove", 110), ("touchEnd", None)):
        points = [] if y is None else [{"x": before["x"] + 20, "y": before["y"] + y}]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    after = spot.bounding_box()
    assert after
    assert after["y"] - before["y"] == pytest.approx(100, abs=12)
    own = tab.frames[-1]
    assert own.evaluate("matchMedia('(pointer: coarse)').matches")
    assert own.evaluate("Math.min(...[...document.querySelectorAll('.kind')].map((tool) => tool.offsetHeight))") >= 44
    own.evaluate(AXE)
    found = own.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    own.evaluate(
        OFFER,
        [{"id": "found-1", "signer": "1", "type": "text", "page": 1, "x_pt": 90, "y_pt": 400, "w_pt": 90, "h_pt": 14}],
    )
    expect(frame.get_by_test_id("candidate")).to_have_count(1)
    frame.get_by_test_id("editor-take").click()
    expect(frame.get_by_test_id("spot")).to_have_count(2)
    context.close()


ARRANGE = """async () => {
  const { Plan } = await import("/static/js/placing-plan.js");
  const { snap } = await import("/static/js/placing-snap.js");
  const plan = new Plan([], [{ w: 600, h: 800 }, { w: 600, h: 800 }, { w: 100, h: 100 }]);
  const [a, b, c] = [[100, 100], [230, 140], [400, 300]].map(([x, y]) => plan.add("text", "1", 1, x, y).id);
  const xs = () => [a, b, c].map((id) => plan.get(id).x_pt);
  const before = xs();
  plan.select([a, b, c]);
  plan.align("left");
  const aligned = new Set(xs()).size;
  plan.undo();
  const undone = xs();
  plan.distribute("across");
  const [x, y, z] = xs();
  plan.redo();
  plan.duplicateOnAllPages([a]);
  const pages = plan.fields.map(({ page }) => page).sort().join("");
  plan.move([a], -1000, -1000);
  const tick = plan.add("checkbox", "1", 1, 300, 300);
  plan.change([b], { shown_when: tick.id });
  plan.remove([tick.id]);
  const neighbour = { x_pt: 100, y_pt: 90, w_pt: 80, h_pt: 20 };
  const near = snap({ x_pt: 98, y_pt: 502, w_pt: 50, h_pt: 10 }, [neighbour], { w: 600, h: 800 }, 6);
  const ids = new Set(plan.fields.map(({ id }) => id)).size - plan.fields.length;
  const corner = [plan.get(a).x_pt, plan.get(a).y_pt];
  const condition = plan.get(b).shown_when;
  return { before, aligned, undone, gaps: [y - x, z - y], pages, corner, condition, near: [near.dx, near.dy], ids };
}"""


def test_what_the_editor_does_with_several_fields(served: Office, tab: Page):
    """Aligned, spaced evenly, undone, repeated where it fits, kept on the page, snapped to a neighbour's edge."""
    tab.goto(f"{served.ctx.settings.public_url}/verify")
    done = tab.evaluate(ARRANGE)
    assert (done["aligned"], done["undone"]) == (1, done["before"])
    assert done["gaps"][0] == pytest.approx(done["gaps"][1])
    assert (done["pages"], done["corner"], done["ids"]) == ("1112", [0, 0], 0)
    assert (done["condition"], done["near"]) == ("", [2, 0])
