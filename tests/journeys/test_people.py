"""Who may see and do what, in which language: reminders, notifications, colleagues, another portal, Ukrainian."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.sandbox.examples.acme import BORIS
from b24app.sandbox.examples.globex import VERA
from b24app.sandbox.portal.frames import Opening, frame
from tests.journeys.world import (
    ANN,
    agree,
    compose,
    give_signature,
    open_surface,
    picture,
    send,
    send_from_card,
    sign,
    slider,
    tab,
    wait_for,
)  # fmt: skip
from tests.web.chromium import DESK, overflow

pytestmark = pytest.mark.browser


def test_a_reminder_from_the_card_writes_again_and_releases_the_button(world):
    lead = world.new_lead()
    page = world.card(lead)
    send_from_card(page, ANN)
    first = world.letters(ANN, lead)
    remind = page.get_by_test_id("timeline-button").filter(has_text="Remind")
    remind.click()
    wait_for(lambda: len(world.letters(ANN, lead)) == len(first) + 1, "the second letter")
    expect(page.get_by_test_id("timeline")).to_contain_text("A reminder about")
    expect(remind).to_be_enabled()
    picture(page, "reminded")
    sign(world.signer(ANN, lead), "Ann Lee")


def test_a_notification_opens_the_request_in_a_slider(world):
    lead = world.new_lead()
    page = world.card(lead)
    send_from_card(page, ANN)
    sign(world.signer(ANN, lead), "Ann Lee")
    [request] = world.requests(lead)
    note = page.locator(f'[data-testid="notification"][data-tag$="{request}"]')
    expect(note).to_contain_text("Ann Lee signed")
    page.get_by_test_id("bell").click()
    picture(page, "notification")
    note.get_by_test_id("bb-link").click()
    expect(slider(page).get_by_test_id("request")).to_have_attribute("data-request", request)
    picture(page, "notification-opened")


def test_a_colleague_without_rights_is_refused_kindly(world):
    """Boris may see his own leads only; the portal hides the card, so he tries the composer's address and a link."""
    lead, acme = world.new_lead(), world.stage.acme
    send_from_card(world.card(lead), ANN)
    expect(world.card(lead, user=BORIS).get_by_test_id("denied")).to_be_visible()
    handler = f"{world.stage.url}/placements/detail-toolbar"
    opening = Opening(acme.app, handler, "CRM_LEAD_DETAIL_TOOLBAR", {"ID": lead}, acme.employees[BORIS], "en")
    page = open_frame(world, frame(acme, opening))
    expect(page.get_by_role("alert")).to_contain_text("You do not have access to this card")
    assert "Services Agreement" not in page.content()
    picture(page, "no-right-to-the-card")
    linked = slider(world.link_to(world.requests(lead)[0], user=BORIS))
    expect(linked.get_by_role("alert")).to_be_visible()
    expect(linked.get_by_test_id("request")).to_have_count(0)


def open_frame(world, asked):
    """Post a frame's form in a window of its own."""
    page = world.visit("about:blank", DESK)
    page.evaluate(
        """({ action, fields }) => {
          const form = document.body.appendChild(document.createElement("form"));
          Object.assign(form, { method: "post", action });
          for (const [name, value] of Object.entries(fields))
            form.append(Object.assign(document.createElement("input"), { name, value }));
          form.submit();
        }""",
        asked,
    )
    page.wait_for_url("**/placements/**")
    return page


def test_another_portal_sees_nothing(world):
    """Globex has a lead of the same number."""
    page = world.card(77)
    send_from_card(page, ANN)
    globex = world.install_globex()
    theirs = world.visit(f"{globex.url}/crm/lead/details/77/?as={VERA}", DESK)
    composer = tab(theirs)
    expect(composer.get_by_test_id("composer")).to_contain_text("Frame contract")
    expect(composer.get_by_test_id("composer")).not_to_contain_text("Ann Lee")
    home = world.visit(f"{globex.url}/marketplace/app/{globex.app.client_id}/?as={VERA}", DESK)
    expect(home.frame_locator('[data-testid="app-iframe"]').get_by_test_id("no-requests")).to_be_visible()
    linked = slider(world.link_to(world.requests(77)[0], user=VERA, portal=globex))
    expect(linked.get_by_role("alert")).to_be_visible()
    expect(linked.get_by_test_id("request")).to_have_count(0)


def test_everything_in_ukrainian(world):
    lead = world.new_lead()
    page = world.card(lead, lang="ua")
    frame = open_surface(page, "toolbar")
    frame.get_by_test_id("template").select_option(label="Договір про надання послуг")
    compose(frame, ANN)
    frame.get_by_test_id("signer-locale").select_option("uk")
    expect(frame.locator("html")).to_have_attribute("lang", "uk")
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Документ на підпис")
    picture(page, "composer-ukrainian")
    send(frame)
    letter = world.letters(ANN, lead)[0]
    assert re.search("[А-Яа-яІіЇїЄє]{4}", letter.subject)
    phone = world.signer(ANN, lead)
    expect(phone.locator("html")).to_have_attribute("lang", "uk")
    agree(phone)
    picture(phone, "signing-ukrainian")
    assert overflow(phone) <= 0
    give_signature(phone, "Анна Лі")
    phone.get_by_test_id("review").click()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")
