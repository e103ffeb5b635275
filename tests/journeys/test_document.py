"""What is sent: checkboxes that change the card, and files of the employee's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.documents.preview import page_texts
from b24app.evidence.verify import State, verify
from b24app.store import authorities, database, requests
from tests.documents.hostile import not_a_pdf, plain, to_bytes, with_password
from tests.journeys.world import (
    ANN,
    approve,
    compose,
    open_surface,
    picture,
    pinned_file,
    ready_to_send,
    send,
    sign,
)  # fmt: skip

pytestmark = pytest.mark.browser
EXPRESS, TRAINING = "UF_CRM_EXPRESS_START", "UF_CRM_NEED_TRAINING"


def final_pdf(world, lead):
    with database.reading():
        [row] = requests.of_card(world.stage.acme.member_id, 1, lead, 1)
        roots = [pem.encode() for pem in authorities.roots()]
    return world.stage.ctx.blobs.get(row.final_sha256), roots


def sent_text(world, lead):
    with database.reading():
        [row] = requests.of_card(world.stage.acme.member_id, 1, lead, 1)
    return "\n".join(page_texts(world.stage.ctx.blobs.get(row.document_sha256)))


def upload(frame, name, content):
    frame.get_by_test_id("upload").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})


def test_checkboxes_go_into_the_document_and_back_to_the_card(world):
    lead = world.new_lead(**{TRAINING: 1})
    page = world.card(lead)
    expect(page.get_by_test_id(f"property-{TRAINING}")).to_be_checked()
    frame = open_surface(page, "toolbar")
    compose(frame, ANN)
    frame.locator(f'[data-path="lead.{EXPRESS}"]').check()
    frame.locator(f'[data-path="lead.{TRAINING}"]').uncheck()
    ready_to_send(frame)
    picture(page, "checkboxes-changed")
    send(frame)
    page.get_by_test_id("slider-close").click()
    expect(page.get_by_test_id(f"property-{EXPRESS}")).to_be_checked()
    expect(page.get_by_test_id(f"property-{TRAINING}")).not_to_be_checked()
    lines = sent_text(world, lead).splitlines()
    assert [line[:1] for line in lines if "Express start" in line or "Training of the" in line] == ["☐", "✔"]


def test_an_uploaded_file_gets_a_signature_page_and_is_sealed(world):
    lead = world.new_lead()
    page = world.card(lead)
    frame = open_surface(page, "toolbar")
    frame.get_by_test_id("source-upload").check()
    upload(frame, f"Offer {lead}-2026.pdf", to_bytes(plain(2, f"Offer {lead}/2026")))
    expect(frame.get_by_test_id("upload-result")).to_contain_text("2 pages")
    compose(frame, ANN)
    expect(frame.get_by_test_id("preview-page")).to_have_count(3)
    expect(frame.get_by_test_id("preview-page").last.get_by_test_id("place").first).to_be_attached()
    picture(page, "uploaded")
    send(frame)
    page.get_by_test_id("slider-close").click()
    sign(world.signer(ANN, lead), "Ann Lee")
    approve(page, "Anna Schmidt")
    page.get_by_test_id("slider-close").click()
    pinned_file(page)
    final, roots = final_pdf(world, lead)
    assert verify(final, roots).state is State.SEALED_BY_US


@pytest.mark.parametrize(
    ("content", "words"), [(with_password, "password"), (not_a_pdf, "not a PDF")], ids=["encrypted", "not a PDF"]
)
def test_a_refused_file_is_explained_at_the_upload(world, content, words):
    page = world.card(world.new_lead())
    frame = open_surface(page, "toolbar")
    frame.get_by_test_id("source-upload").check()
    upload(frame, "offer.pdf", content())
    expect(frame.get_by_test_id("upload-problem")).to_contain_text(words)
    expect(frame.get_by_test_id("send")).to_have_attribute("aria-disabled", "true")
    picture(page, f"refused-file-{words.replace(' ', '-')}")
