"""The main job in a browser that blocks third-party cookies, as most do by now."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.blocked_cookies import ALLOWED, BLOCKED, profile, sends_back_third_party_cookies
from tests.journeys.world import ANN, MARCO, approve, picture, pinned_file, send_from_card, sign

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def strict(browser, tmp_path_factory) -> BrowserContext:
    with profile(browser.browser_type, tmp_path_factory.mktemp("profiles") / "strict", BLOCKED) as context:
        yield context


def test_the_block_is_real(browser, strict, tmp_path):
    assert not sends_back_third_party_cookies(strict)
    with profile(browser.browser_type, tmp_path / "lax", ALLOWED) as lax:
        assert sends_back_third_party_cookies(lax)


def test_the_main_job_needs_no_third_party_cookies(world, strict):
    lead = world.new_lead()
    page = world.card(lead, context=strict)
    send_from_card(page, ANN, MARCO)
    sign(world.signer(ANN, lead), "Ann Lee")
    sign(world.signer(MARCO, lead), "Marco Rossi")
    approve(page, "Anna Schmidt")
    page.get_by_test_id("slider-close").click()
    pinned_file(page)
    picture(page, "without-third-party-cookies")
    page.get_by_test_id("tab-Signatures").click()
    frame = page.frame_locator('[data-testid="app-frame"] iframe, iframe[name*="|"]').first
    expect(frame.get_by_test_id("line-status")).to_contain_text("Signed and sealed")
    assert [cookie for cookie in strict.cookies() if cookie["domain"] == "localhost"] == []
