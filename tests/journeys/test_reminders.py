"""Deadline and reminders as an employee meets them: the portal's settings, the composer, the request page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from b24app.clock import utc_now
from b24app.sandbox.examples.acme import OLENA
from tests.journeys.world import ANN, compose, open_surface, picture, send, slider, wait_for
from tests.web.chromium import DESK, faults, overflow

pytestmark = pytest.mark.browser


def settings(world) -> tuple[Page, FrameLocator]:
    acme = world.stage.acme
    page = world.visit(f"{acme.url}/marketplace/app/{acme.app.client_id}/?as={OLENA}&lang=en", DESK)
    frame = page.frame_locator('[data-testid="app-iframe"]')
    frame.get_by_test_id("settings").click()
    expect(frame.get_by_test_id("settings-page")).to_be_visible()
    return page, frame


def far(days: int) -> date:
    return utc_now().date() + timedelta(days=days)


def test_from_the_portals_settings_to_the_request_page(world):
    page, frame = settings(world)
    frame.get_by_test_id("remind-first").fill("2")
    frame.get_by_test_id("remind-most").fill("99")
    frame.get_by_test_id("save").click()
    expect(frame.locator("[data-problem=remind_most]")).to_be_visible()
    frame.get_by_test_id("remind-most").fill("4")
    frame.get_by_test_id("save").click()
    expect(frame.get_by_test_id("done")).to_be_visible()
    frame.get_by_test_id("reminders").scroll_into_view_if_needed()
    picture(page, "reminders-settings")

    lead = world.new_lead()
    card = world.card(lead)
    composer = open_surface(card, "toolbar")
    compose(composer, ANN)
    expect(composer.get_by_test_id("remind-first")).to_have_value("2")
    composer.get_by_test_id("remind-on").focus()
    card.keyboard.press("Space")
    expect(composer.get_by_test_id("remind-first")).to_be_hidden()
    card.keyboard.press("Space")
    card.keyboard.press("Tab")
    card.keyboard.type("5")
    expect(composer.get_by_test_id("remind-first")).to_have_value("5")
    picture(card, "reminders-composer")
    send(composer)
    card.get_by_test_id("slider-close").click()
    first = world.letters(ANN, lead)

    card.get_by_test_id("timeline-button").filter(has_text="Open").click()
    shown = slider(card)
    expect(shown.get_by_test_id("reminder-plan")).to_contain_text("after 5 days")
    expect(shown.get_by_test_id("next-reminder")).to_be_visible()
    picture(card, "reminders-request")
    shown.get_by_test_id("deadline-open").click()
    shown.get_by_test_id("deadline-day").fill(str(far(40)))
    shown.get_by_test_id("deadline-save").press("Enter")
    expect(shown.get_by_test_id("notice")).to_be_visible()
    expect(shown.get_by_test_id("deadline")).to_contain_text(str(far(40).year))

    shown.get_by_test_id("remind").click()
    wait_for(lambda: len(world.letters(ANN, lead)) == len(first) + 1, "the reminder")
    shown.get_by_test_id("remind").click()
    expect(shown.get_by_role("alert")).to_contain_text("You can send the next one from")
    picture(card, "reminders-refused")

    shown.get_by_test_id("reminders-open").click()
    picture(card, "reminders-change")
    assert faults(card.frames[-1]) == []
    shown.get_by_test_id("reminders-off").click()
    expect(shown.get_by_test_id("reminder-plan")).to_contain_text("No automatic reminders")
    expect(shown.get_by_test_id("next-reminder")).to_have_count(0)
    picture(card, "reminders-off")
    assert overflow(card.frames[-1]) == 0
    narrow(world, world.requests(lead)[0])


def narrow(world, request: str) -> None:
    """The same page in a frame of a phone's width; the portal around it keeps some for itself."""
    page = world.link_to(request, user=OLENA)
    page.set_viewport_size({"width": 375 + 180, "height": 812})
    shown = slider(page)
    shown.get_by_test_id("reminders-open").click()
    expect(shown.get_by_test_id("remind-most")).to_be_visible()
    shown.get_by_test_id("timing").scroll_into_view_if_needed()
    picture(page, "reminders-phone")
    assert overflow(page.frames[-1]) == 0
