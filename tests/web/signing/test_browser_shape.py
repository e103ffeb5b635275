"""How heavy the pages are, whether they stand still and fit, what axe-core says."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from ..chromium import DESK, PHONE, SIDEWAYS, SMALL_PHONE, WATCH_SHIFTS, Traffic, faults, overflow
from ..signing_scene import AGREEMENT, send
from .acts import agree, give_drawn, go_to

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff-Montgomery Maximiliana Alexandrovna de la Cruz"
LONG_TITLE = "Agreement between everybody and everybody else about the supply of everything imaginable " * 3


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
    record_property("whole", round(traffic.total))
    assert traffic.total <= 120_000
    context.close()


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["375", "1280"])
def test_the_document_itself_is_seen(open_page, agreed, device):
    page = open_page(f"/s/{agreed.token}", device)
    sheet = page.locator(".sheet").first
    sheet.locator(".sheet__image").evaluate("image => image.decode()")
    shown = sheet.screenshot()
    sheet.locator(".sheet__image").evaluate("image => { image.style.visibility = 'hidden' }")
    assert ink(shown) > ink(sheet.screenshot()) + 1000


def ink(picture: bytes) -> int:
    """Count the dark pixels."""
    return sum(Image.open(BytesIO(picture)).convert("L").histogram()[:128])


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
