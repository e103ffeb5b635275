"""When something is wrong: the portal is away, an address is bad, a token is old, a button is pressed twice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.world import (
    ANN,
    MARCO,
    compose,
    open_surface,
    picture,
    ready_to_send,
    send_from_card,
    sign,
    slider,
)  # fmt: skip

pytestmark = pytest.mark.browser


def entries(world, lead):
    """The log entries of a card, oldest first."""
    return [record.data["text"] for record in reversed(world.stage.acme.timeline.of((1, lead), "log"))]


def test_a_portal_that_is_down_is_told_everything_later(world):
    lead, acme = world.new_lead(), world.stage.acme
    page = world.card(lead)
    send_from_card(page, ANN, MARCO)
    expect(page.get_by_test_id("timeline")).to_contain_text("0 of 2 signed")
    acme.go_down()
    try:
        sign(world.signer(ANN, lead), "Ann Lee")
        assert world.letters(MARCO, lead)
        sign(world.signer(MARCO, lead), "Marco Rossi")
    finally:
        acme.come_back()
    page = world.card(lead)
    expect(page.get_by_test_id("timeline")).to_contain_text("Waiting for approval", timeout=60_000)
    picture(page, "after-the-portal-was-down")
    steps = [re.search("(Ann|Marco).*(open|sign)", text.partition("“")[0]) for text in entries(world, lead)]
    assert [step.groups() for step in steps if step] == [
        ("Ann", "open"), ("Ann", "sign"), ("Marco", "open"), ("Marco", "sign"),
    ]  # fmt: skip
    assert len(steps) == 5, "sent, and four steps of two people"
    assert len(acme.timeline.activities) == len(
        {one.fields.get("originId") for one in acme.timeline.activities.values()}
    )


def test_a_bad_address_is_said_in_the_card_and_corrected(world):
    lead, better = world.new_lead(), "ann@lee-family.example"
    world.stage.sandbox.mailbox.faults.add("smtp_reject", times=99, method=ANN)
    page = world.card(lead)
    try:
        send_from_card(page, ANN)
        expect(page.get_by_test_id("timeline")).to_contain_text("could not be delivered")
    finally:
        world.stage.sandbox.mailbox.faults.clear()
    picture(page, "bad-address")
    page.get_by_test_id("timeline-button").filter(has_text="Open").click()
    frame = slider(page)
    expect(frame.get_by_test_id("signer-state")).to_have_attribute("data-status", "bounced")
    frame.get_by_test_id("change").click()
    frame.get_by_test_id("change-email").fill(better)
    picture(page, "bad-address-corrected")
    frame.get_by_test_id("change-save").click()
    expect(frame.get_by_test_id("notice")).to_be_visible()
    page.get_by_test_id("slider-close").click()
    sign(world.signer(better, lead), "Ann Lee")
    expect(page.get_by_test_id("timeline")).to_contain_text("Waiting for approval")


def test_an_old_access_token_is_renewed_silently(world):
    lead, acme = world.new_lead(), world.stage.acme
    page = world.card(lead)
    frame = open_surface(page, "toolbar")
    compose(frame, ANN)
    ready_to_send(frame)
    assert acme.tokens.expire(acme.member_id)
    frame.get_by_test_id("send").click()
    expect(frame.get_by_test_id("sent")).to_be_visible()
    page.get_by_test_id("slider-close").click()
    expect(page.get_by_test_id("timeline")).to_contain_text("0 of 1 signed")
    sign(world.signer(ANN, lead), "Ann Lee")


def test_a_double_click_sends_once(world):
    lead = world.new_lead()
    page = world.card(lead)
    frame = open_surface(page, "toolbar")
    compose(frame, ANN)
    ready_to_send(frame)
    frame.get_by_test_id("send").dblclick()
    expect(frame.get_by_test_id("sent")).to_be_visible()
    page.get_by_test_id("slider-close").click()
    expect(page.get_by_test_id("timeline-button").filter(has_text="Remind")).to_have_count(1)
    assert len(world.requests(lead)) == 1
    assert len(world.letters(ANN, lead)) == 1
