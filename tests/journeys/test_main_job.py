"""From the card to the pinned, sealed document, in a real browser."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import expect

from b24app.evidence.verify import State, verify
from b24app.sandbox.examples.acme import DEAL_31
from b24app.store import authorities, database, requests
from tests.journeys.world import (
    ANN,
    ARTEFACTS,
    MARCO,
    agree,
    approve,
    compose,
    give_signature,
    open_surface,
    picture,
    pinned_file,
    send,
    send_from_card,
    sign,
    slider,
    tab,
    wait_for,
)  # fmt: skip
from tests.web.chromium import DESK, overflow

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("surface", ["tab", "toolbar", "document-menu", "timeline-menu"])
def test_sending_to_two_signers_from_each_surface(world, surface):
    lead = 77 if surface == "timeline-menu" else world.new_lead()
    page = world.card(lead)
    frame = open_surface(page, surface)
    compose(frame, ANN, MARCO)
    picture(page, f"composer-{surface}")
    send(frame)
    picture(page, f"sent-{surface}")
    assert world.letters(ANN, lead)


def test_the_whole_main_job(world):
    """Two signers on a phone, approval in the portal, the sealed document pinned; three clicks to send."""
    lead = world.new_lead()
    page = world.card(lead)
    send_from_card(page, ANN, MARCO)

    phone = world.signer(ANN, lead)
    picture(phone, "signing-consent")
    agree(phone)
    picture(phone, "signing-document")
    phone.reload()
    sign_after_consent(phone, "Ann Lee")
    sign(world.signer(MARCO, lead), "Marco Rossi")

    expect(page.get_by_test_id("timeline")).to_contain_text("Waiting for approval")
    picture(page, "card-waits-for-approval")
    approve(page, "Anna Schmidt")
    picture(page, "approved")
    page.get_by_test_id("slider-close").click()
    pinned_file(page)
    expect(page.get_by_test_id("bell-count")).not_to_be_empty()
    picture(page, "card-pinned")
    check_sealed_file(world, lead)


def test_the_main_job_on_a_deal(world):
    page = world.card(DEAL_31, kind="deal")
    frame = tab(page)
    compose(frame, MARCO)
    picture(page, "deal-composer")
    send(frame)
    sign(world.signer(MARCO, DEAL_31), "Marco Rossi")
    page.get_by_test_id("tab-General").click()
    expect(page.get_by_test_id("timeline")).to_contain_text("Waiting for approval")
    approve(page, "Anna Schmidt")
    page.get_by_test_id("slider-close").click()
    pinned_file(page)
    picture(page, "deal-pinned")


def sign_after_consent(phone, words):
    """Consent survives leaving and returning."""
    expect(phone.get_by_test_id("bar")).to_be_visible()
    give_signature(phone, words)
    phone.get_by_test_id("review").click()
    picture(phone, "signing-review")
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")
    picture(phone, "signing-thanks")


def check_sealed_file(world, lead):
    """What is pinned passes pyHanko with full coverage and pdfsig; one flipped bit fails."""
    with database.reading():
        [row] = requests.of_card(world.stage.acme.member_id, 1, lead, 1)
        roots = [pem.encode() for pem in authorities.roots()]
    final = world.stage.ctx.blobs.get(row.final_sha256)
    path = ARTEFACTS / "sealed.pdf"
    path.write_bytes(final)
    verdict = verify(final, roots)
    assert verdict.state is State.SEALED_BY_US
    assert verdict.seals[-1].coverage == "ENTIRE_FILE"
    assert "Signature is Valid." in subprocess.run(["pdfsig", str(path)], capture_output=True, text=True).stdout
    middle = len(final) // 2
    flipped = final[:middle] + bytes([final[middle] ^ 1]) + final[middle + 1 :]
    assert verify(flipped, roots).state is not State.SEALED_BY_US
    letters = wait_for(lambda: [x for x in world.letters(ANN, lead) if x.attachments], "the copy")
    assert letters[0].attachments[0].content == final


def test_declining_reaches_the_card(world):
    lead = world.new_lead()
    page = world.card(lead)
    send_from_card(page, ANN)
    phone = world.signer(ANN, lead)
    agree(phone)
    phone.get_by_test_id("decline-link").click()
    phone.get_by_test_id("decline-reason").fill("The price is not what we agreed.")
    phone.get_by_test_id("decline").click()
    expect(phone.get_by_test_id("closed")).to_have_attribute("data-reason", "declined")
    picture(phone, "declined")
    expect(page.get_by_test_id("timeline")).to_contain_text("The price is not what we agreed.")


def test_refusing_reaches_the_signer(world):
    lead = world.new_lead()
    page = world.card(lead)
    send_from_card(page, ANN)
    sign(world.signer(ANN, lead), "Ann Lee")
    page.get_by_test_id("timeline-button").filter(has_text="Approve and seal").click()
    approval = slider(page)
    approval.get_by_test_id("refuse-open").click()
    approval.get_by_test_id("refuse-reason").fill("The wrong annex is attached.")
    approval.get_by_test_id("refuse").click()
    expect(approval.get_by_test_id("status")).to_have_attribute("data-status", "refused")
    picture(page, "refused")
    assert world.letters(ANN, lead, "wrong annex")


def test_pages_fit_into_their_frames(world):
    page = world.card(world.new_lead())
    frame = open_surface(page, "toolbar")
    expect(frame.get_by_test_id("preview-page").first).to_be_visible()
    inner = page.frames[-1]
    assert inner.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert overflow(world.visit(world.stage.url + "/verify", DESK)) <= 0
