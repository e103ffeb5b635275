"""The signing page in a real Chromium, on a phone first: signing, leaving and returning, trouble, weight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from b24app.domain.signature_request import SignerStatus, Status

from .chromium import DESK, PHONE, SIDEWAYS, SMALL_PHONE, WATCH_SHIFTS, Traffic, chromium, faults, overflow
from .signing_scene import AGREEMENT, VERA, scene, send, serving

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff-Montgomery Maximiliana Alexandrovna de la Cruz"
LONG_TITLE = "Agreement between everybody and everybody else about the supply of everything imaginable " * 3


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return scene(tmp_path_factory.mktemp("signing")).app


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def sent(app):
    return send(app)


@pytest.fixture
def open_page(browser, address):
    """Open a path in a fresh browser, by default a phone; scripts that fail fail the test."""
    contexts, complaints = [], []

    def open_page(path: str, device: dict = PHONE, **options: object) -> Page:
        contexts.append(browser.new_context(base_url=address, **device, **options))
        contexts[-1].set_default_timeout(15_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def at_document(open_page, sent):
    """Vera on her phone, after consenting."""
    page = open_page(f"/s/{sent.token}")
    agree(page)
    return page


def agree(page: Page) -> None:
    page.get_by_test_id("consent-agree").check()
    page.get_by_test_id("consent-continue").click()
    expect(page.get_by_test_id("bar")).to_have_class(re.compile("is-guided"))


def go_to(page: Page, kind: str) -> None:
    """Press Next until the bar shows a place of this kind."""
    for _ in range(8):
        if page.locator(f".entry--{kind}.is-current").count():
            return
        page.get_by_test_id("next").click()
    raise AssertionError(f"Next never led to {kind}")


def give_typed(page: Page, kind: str, words: str) -> None:
    go_to(page, kind)
    page.locator(".is-current [data-open]").click()
    page.locator("dialog[open]").get_by_text("Type", exact=True).click()
    page.get_by_test_id(f"ink-{kind}-text").fill(words)
    page.get_by_test_id(f"adopt-{kind}").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def fill_text(page: Page, words: str) -> None:
    go_to(page, "text")
    page.locator(".is-current [data-control]").fill(words)
    expect(page.get_by_test_id("saved")).to_have_text("Saved")


def draw(page: Page, kind: str) -> None:
    """Draw with a finger."""
    box = page.get_by_test_id(f"ink-{kind}-canvas").bounding_box()
    assert box
    wire = page.context.new_cdp_session(page)
    points = [(0.1, 0.7), (0.25, 0.2), (0.4, 0.8), (0.6, 0.3), (0.9, 0.6)]
    for number, (x, y) in enumerate(points):
        touch = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": touch})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def give_drawn(page: Page, kind: str) -> None:
    go_to(page, kind)
    page.locator(".is-current [data-open]").click()
    draw(page, kind)
    page.get_by_test_id(f"adopt-{kind}").click()
    expect(page.locator(f".mark--{kind} img")).to_have_count(1)


def finish(page: Page) -> None:
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")


# --- the whole way


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


# --- on the way


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


# --- trouble


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


# --- weight and shape


@pytest.mark.parametrize("consented", [False, True])
def test_the_page_is_light_and_stands_still(browser, address, app, consented, record_property):
    sent = send(app)
    if consented:
        app.test_client().post(f"/s/{sent.token}/consent", data={"agree": "yes"})
    context = browser.new_context(base_url=address, **PHONE)
    context.add_init_script(WATCH_SHIFTS)
    page, traffic = context.new_page(), Traffic(leaving_out="/page/")
    traffic.watch(context, page)
    with page.expect_response(re.compile("/view$")):
        page.goto(f"/s/{sent.token}")
    page.wait_for_load_state("networkidle")
    if consented:
        expect(page.get_by_test_id("next")).to_be_visible()
    record_property("bytes", round(traffic.total))
    record_property("requests", len(traffic.sizes))
    assert len(traffic.sizes) <= 10
    assert page.evaluate("window.layoutShift") < 0.01
    if consented:
        give_drawn(page, "signature")
    assert traffic.total <= 120_000
    context.close()


@pytest.mark.parametrize("device", [PHONE, SMALL_PHONE, SIDEWAYS, DESK], ids=["375", "320", "sideways", "1280"])
def test_nothing_sticks_out_with_long_and_hostile_words(app, open_page, device):
    sent = send(app, AGREEMENT, LONG_TITLE, name=LONG, company="<b>x</b>" + "W" * 60)
    page = open_page(f"/s/{sent.token}", device)
    assert overflow(page) == 0
    agree(page)
    assert overflow(page) == 0
    expect(page.get_by_test_id("next")).to_be_in_viewport(ratio=1)
    for path in ("review", "decline"):
        page.goto(f"/s/{sent.token}/{path}")
        assert overflow(page) == 0


def test_axe_finds_nothing(open_page, sent):
    page = open_page(f"/s/{sent.token}")
    assert faults(page) == []
    agree(page)
    assert faults(page) == []
    for kind in ("checkbox", "text", "signature"):
        go_to(page, kind)
        assert faults(page) == []
    page.locator(".is-current [data-open]").click()
    expect(page.get_by_test_id("adopt-signature")).to_be_visible()
    assert faults(page) == []
    for path in ("/review", "/decline", "x"):
        page.goto(f"/s/{sent.token}{path}")
        assert faults(page) == []
