"""An administrator connects an account on the service's own page; an employee signs through it from the card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, expect

from b24app.clock import utc_now
from b24app.sandbox.examples.acme import OLENA
from tests.journeys.world import MARCO, World, compose, open_surface, ready_to_send
from tests.providers.example.room import listed
from tests.providers.example.service import ExampleSign
from tests.providers.example.stage import DOOR
from tests.web.chromium import DESK, faults


@pytest.fixture
def service(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExampleSign]:
    """Example Sign, listed in the running application."""
    running = ExampleSign(utc_now)
    monkeypatch.setitem(world.stage.ctx.rooms, "example", listed(running.url))
    monkeypatch.setitem(world.stage.ctx.doors, *DOOR)
    yield running
    running.close()


def services_of(world: World) -> tuple[FrameLocator, object]:
    """The page of signing services, opened by an administrator in the portal."""
    app = world.stage.acme.app
    page = world.visit(f"{world.stage.acme.url}/marketplace/app/{app.client_id}/?as={OLENA}", DESK)
    frame = page.frame_locator('[data-testid="app-iframe"]')
    frame.get_by_test_id("settings").click()
    frame.get_by_test_id("services").click()
    return frame, page


def test_an_account_is_connected_by_consent_and_a_document_goes_through_it(world: World, service: ExampleSign):
    frame, page = services_of(world)
    frame.locator('[data-testid="way"][value="example/oauth_code"]').check()
    frame.get_by_test_id("add").click()
    frame.locator('[data-question="client"]').fill("our-client")
    frame.locator('[data-question="hook_key"]').fill(service.desk.hook_key)
    frame.get_by_test_id("save-account").click()
    account = frame.get_by_test_id("connection")
    expect(account).to_have_attribute("data-health", "consent")

    with page.context.expect_page() as opened:
        frame.get_by_test_id("consent").click()
    opened.value.get_by_test_id("agree").click()
    expect(opened.value.get_by_test_id("consent-end")).to_contain_text("Thank you")
    opened.value.close()
    frame.locator("body").evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(account).to_have_attribute("data-health", "ok")
    assert [fault for fault in faults(page) if not fault.startswith("frame-title")] == []  # the frame is the portal's

    lead = world.new_lead()
    composer = open_surface(world.card(lead), "toolbar")
    compose(composer, MARCO)
    composer.get_by_test_id("connection").select_option(label="Example Sign")
    expect(composer.get_by_test_id("lacks-letter")).to_be_visible()
    expect(composer.get_by_test_id("letter")).to_be_hidden()
    ready_to_send(composer)
    composer.get_by_test_id("send").click()
    expect(composer.get_by_test_id("sent")).to_be_visible()
    composer.get_by_test_id("open-request").click()
    expect(composer.get_by_test_id("service")).to_contain_text("Example Sign")
    expect(composer.get_by_test_id("status")).to_have_attribute("data-status", "awaiting_signatures")
    assert service.only().people[0].mail == MARCO


def test_a_tick_is_off_with_its_reason_while_what_it_needs_is_missing(world: World):
    """Its way in is Dropbox Sign's, where an employee signs only if everybody signs inside our pages."""
    frame, _page = services_of(world)
    frame.locator('[data-testid="way"][value="dropbox_sign/api_key"]').check()
    frame.get_by_test_id("add").click()
    ticks = {name: frame.locator(f'[data-question="{name}"]') for name in ("embedded", "approver_signs")}
    reason = frame.locator('[data-testid="lacks"][data-of="approver_signs"]')
    for tick in ticks.values():
        expect(tick).to_be_disabled()
    expect(reason).to_contain_text("either all sign there or nobody")
    frame.locator('[data-question="client_id"]').fill("c1")
    for tick in ticks.values():
        tick.check()
    expect(reason).to_be_hidden()
    frame.locator('[data-question="client_id"]').fill("")
    for tick in ticks.values():
        expect(tick).to_be_disabled()
        expect(tick).not_to_be_checked()
