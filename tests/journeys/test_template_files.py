"""An administrator makes templates of a PDF and a Word file; colleagues send them, and what is filled in comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from b24app.documents import office
from b24app.documents.preview import page_texts
from b24app.sandbox.examples.acme import OLENA
from b24app.store import database
from b24app.store.tables import Prepared, Request
from tests.documents import hostile_docx as word
from tests.documents.hostile import plain, to_bytes
from tests.journeys.test_fields import EXPRESS, ORDER, pick
from tests.journeys.world import ANN, agree, give_signature, open_surface, picture, pinned_file, send
from tests.web.chromium import DESK

pytestmark = pytest.mark.browser

WORD = word.template(
    "Work order {{ document.number }} about {{ card.title }}",
    "{%p for row in products.rows %}",
    "{{ row.name }}",
    "{%p endfor %}",
    "{{ company.bank.swift }} {{s:signer1}} {{t:signer3:label=Third}}",
)
WORD_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def upload(frame: FrameLocator, name: str, mime: str, content: bytes) -> None:
    frame.get_by_test_id("new-template").locator("summary").click()
    frame.get_by_test_id("new-file").set_input_files({"name": name, "mimeType": mime, "buffer": content})
    frame.get_by_test_id("create-from-file").click()


def place(page: Page, frame: FrameLocator) -> None:
    """Signature and tick box of signer 1, and a number asked for while the box is ticked."""
    frame.get_by_test_id("place-fields").click()
    expect(frame.get_by_test_id("editor-page")).to_have_count(1)
    pick(frame, "signature", 1, 200, 400)
    pick(frame, "checkbox", 1, 80, 480, label="Express start", property=f"lead.{EXPRESS}")
    pick(frame, "text", 1, 200, 520, label="Order", property=f"lead.{ORDER}")
    frame.get_by_test_id("prop-shown_when").select_option(label="Express start")
    page.evaluate("scrollBy(0, 60)")  # the portal scrolls around the frame: the editor stays on the screen as a whole
    expect(frame.get_by_test_id("field-editor")).to_be_in_viewport(ratio=0.98)
    picture(page, "template-field-editor")
    frame.get_by_test_id("editor-save").click()
    expect(frame.get_by_test_id("placed")).to_contain_text("3 fields")
    expect(frame.get_by_test_id("place")).to_have_count(3)
    picture(page, "template-pdf")


def send_template(page: Page, name: str) -> None:
    """Send a template from the card to whom it proposes, without an approval."""
    frame = open_surface(page, "toolbar")
    expect(frame.get_by_test_id("preview-page").first).to_be_visible()
    frame.get_by_test_id("needs-approval").uncheck()
    frame.get_by_test_id("template").select_option(label=name)
    expect(frame.locator("page-preview")).to_have_attribute("data-now", "fresh")
    send(frame)
    page.get_by_test_id("slider-close").click()


def sent(lead: int, title: str) -> Request:
    return Request.get((Request.entity_id == lead) & (Request.title == title))


def fill_in(phone: Page) -> None:
    agree(phone)
    order = phone.locator('[data-label="Order"]')
    expect(order).to_be_hidden()
    give_signature(phone, "Ann Lee")
    phone.locator(".mark--checkbox").click()
    phone.locator(".entry--checkbox.is-current [data-control]").check()
    phone.locator(".mark", has_text="PO-1").click()
    order.locator("[data-control]").fill("PO-2027")
    phone.keyboard.press("Tab")
    expect(phone.get_by_test_id("saved")).to_have_text("Saved")
    phone.get_by_test_id("review").click()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")


def test_templates_of_files_from_the_library_to_the_card(world):
    acme, lead = world.stage.acme, world.new_lead(**{ORDER: "PO-1"})
    lease, order = f"Lease {lead}-2026", f"Work order {lead}"  # letters are known by the number and year of a card
    page = world.visit(f"{acme.url}/marketplace/app/{acme.app.client_id}/?as={OLENA}", DESK)
    frame = page.frame_locator('[data-testid="app-iframe"]')
    frame.get_by_test_id("templates").click()
    if office.is_available():
        upload(frame, f"{order}.docx", WORD_MIME, WORD)
        expect(frame.get_by_test_id("asked-path")).to_have_count(4)
        picture(page, "template-word")
        frame.get_by_test_id("to-library").click()
    upload(frame, f"{lease}.pdf", "application/pdf", to_bytes(plain(1, "Lease of rooms")))
    expect(frame.get_by_test_id("pdf-template")).to_be_visible()
    place(page, frame)
    card = world.card(lead)
    send_template(card, lease)
    fill_in(world.signer(ANN, lead))
    pinned_file(card)
    expect(card.get_by_test_id(f"property-{EXPRESS}")).to_be_checked()
    assert acme.crm.items[1, lead].uf[ORDER] == "PO-2027"
    with database.reading():
        assert "PO-2027" in page_texts(world.stage.ctx.blobs.get(sent(lead, lease).final_sha256))[0]
    if office.is_available():
        send_template(card, order)
        with database.reading():
            request = sent(lead, order)
            [text] = page_texts(world.stage.ctx.blobs.get(request.document_sha256))
            prepared = Prepared.get(Prepared.sha256 == request.document_sha256)
        assert re.search("Work order .* about Onboarding of a second site", text)
        assert ("signer1" in text, [field["type"] for field in request.fields]) == (False, ["signature"])
        assert set(request.printed) == {"card.title", "products", "company.bank.swift"}
        assert [empty["path"] for empty in prepared.empties] == ["company.bank.swift"]
        assert [finding["code"] for finding in prepared.findings] == ["note"]  # a place for a third signatory
