"""Fields placed on an employee's own file by mouse and by keyboard, filled in on a phone, back in the card."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from b24app.documents.preview import page_texts
from b24app.store import database, requests
from tests.documents.hostile import plain, to_bytes
from tests.journeys.world import ANN, agree, approve, compose, give_signature, open_surface, picture, pinned_file, send

pytestmark = pytest.mark.browser
ORDER, EXPRESS = "UF_CRM_PO_NUMBER", "UF_CRM_EXPRESS_START"


def pick(frame: FrameLocator, kind: str, page: int, x: float, y: float, **props: str) -> None:
    """Press a kind of field, then a spot of a page, in points; then write its properties."""
    sheet = frame.get_by_test_id("editor-page").nth(page - 1)
    frame.get_by_test_id(f"tool-{kind}").click()
    box, width = sheet.bounding_box(), float(sheet.get_attribute("data-w") or 0)
    assert box
    scale = box["width"] / width
    sheet.click(position={"x": x * scale, "y": y * scale})
    for name, text in props.items():
        control = frame.get_by_test_id(f"prop-{name}")
        if name in ("property", "shown_when"):
            control.select_option(text if name == "property" else {"label": text})
        else:
            control.fill(text)


def by_keyboard(page: Page, frame: FrameLocator) -> None:
    """A second text field without a mouse: placed, moved, resized, named, doubled, taken back."""
    frame.get_by_test_id("tool-text").focus()
    page.keyboard.press("Enter")
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "ArrowRight", "Alt+Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(frame.get_by_test_id("prop-label")).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Escape")
    count = frame.get_by_test_id("spot").count()
    page.keyboard.press("Control+d")
    expect(frame.get_by_test_id("spot")).to_have_count(count + 1)
    page.keyboard.press("Control+z")
    expect(frame.get_by_test_id("spot")).to_have_count(count)
    page.keyboard.press("Control+y")
    page.keyboard.press("Delete")
    expect(frame.get_by_test_id("spot")).to_have_count(count)


def place(page: Page, frame: FrameLocator) -> None:
    frame.get_by_test_id("place-fields").click()
    expect(frame.get_by_test_id("editor-page")).to_have_count(2)
    expect(frame.get_by_test_id("editor-needs")).to_contain_text("Ann Lee")
    pick(frame, "signature", 1, 200, 400)
    pick(frame, "checkbox", 1, 80, 480, label="Express start", property=f"lead.{EXPRESS}")
    pick(frame, "text", 1, 200, 520, label="Order", property=f"lead.{ORDER}")
    frame.get_by_test_id("prop-shown_when").select_option(label="Express start")
    by_keyboard(page, frame)
    frame.get_by_test_id("editor-role-approver").check(force=True)
    pick(frame, "signature", 1, 400, 400)
    picture(page, "field-editor")


def drag_to_page_two(page: Page, frame: FrameLocator) -> None:
    """The field made by keyboard goes to the second page by mouse."""
    spot = frame.locator('[data-testid="spot"]', has_text="By keyboard")
    frame.get_by_test_id("editor-page").nth(1).scroll_into_view_if_needed()
    for _ in range(3):
        frame.get_by_test_id("editor-zoom-out").click()
    start, target = spot.bounding_box(), frame.get_by_test_id("editor-page").nth(1).bounding_box()
    assert start
    assert target
    page.mouse.move(start["x"] + 10, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(target["x"] + 120, target["y"] + 60, steps=4)
    page.mouse.up()
    expect(spot).to_have_attribute("aria-label", re.compile("page 2"))


def fill_in(phone: Page) -> None:
    """At 375 px: the order is asked for only once the box is ticked."""
    agree(phone)
    order = phone.locator('[data-label="Order"]')
    expect(order).to_be_hidden()
    give_signature(phone, "Ann Lee")
    phone.locator(".mark--checkbox").click()
    phone.locator(".entry--checkbox.is-current [data-control]").check()
    expect(phone.get_by_test_id("progress")).to_have_text("2 of 3")  # the order is there already, from the card
    phone.locator(".mark", has_text="PO-1").click()
    expect(order).to_be_visible()
    picture(phone, "signer-conditional")
    order.locator("[data-control]").fill("PO-2027")
    phone.get_by_test_id("next").click()
    phone.locator('[data-label="By keyboard"] [data-control]').fill("Second page")
    expect(phone.get_by_test_id("saved")).to_have_text("Saved")
    phone.get_by_test_id("review").click()
    expect(phone.get_by_test_id("review-list")).to_contain_text("PO-2027")
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")


def test_fields_from_the_editor_to_the_card(world):
    lead = world.new_lead(**{ORDER: "PO-1"})
    page = world.card(lead)
    frame = open_surface(page, "toolbar")
    expect(frame.get_by_test_id("preview-page").first).to_be_visible()
    frame.get_by_test_id("source-upload").check()
    content = to_bytes(plain(2, f"Offer {lead}/2026"))
    file = {"name": f"Offer {lead}-2026.pdf", "mimeType": "application/pdf", "buffer": content}
    frame.get_by_test_id("upload").set_input_files(file)
    expect(frame.get_by_test_id("upload-result")).to_be_visible()
    compose(frame, ANN)
    place(page, frame)
    drag_to_page_two(page, frame)
    frame.get_by_test_id("editor-save").click()
    expect(frame.get_by_test_id("placed")).to_contain_text("5 fields")
    expect(frame.get_by_test_id("preview-page")).to_have_count(2)
    send(frame)
    page.get_by_test_id("slider-close").click()
    fill_in(world.signer(ANN, lead))
    approve(page, "Anna Schmidt")
    page.get_by_test_id("slider-close").click()
    pinned_file(page)
    expect(page.get_by_test_id(f"property-{EXPRESS}")).to_be_checked()
    assert world.stage.acme.crm.items[1, lead].uf[ORDER] == "PO-2027"
    with database.reading():
        [row] = requests.of_card(world.stage.acme.member_id, 1, lead, 1)
        texts = page_texts(world.stage.ctx.blobs.get(row.final_sha256))
    assert "PO-2027" in texts[0]
    assert "Second page" in texts[1]
