"""What a signer does in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def agree(page: Page) -> None:
    page.get_by_test_id("consent-agree").check()
    page.get_by_test_id("consent-continue").click()
    expect(page.get_by_test_id("bar")).to_have_class(re.compile("is-guided"))


def go_to(page: Page, kind: str) -> None:
    """Press Next until the bar shows a place of this kind."""
    for _ in range(8):
        if page.locator(f".entry--{kind}.is-current").count():
            return
        page.get_by_test_id("next").click()
    raise AssertionError(f"Next never led to {kind}")


def give_typed(page: Page, kind: str, words: str) -> None:
    go_to(page, kind)
    page.locator(".is-current [data-open]").click()
    page.locator("dialog[open]").get_by_text("Type", exact=True).click()
    page.get_by_test_id(f"ink-{kind}-text").fill(words)
    page.get_by_test_id(f"adopt-{kind}").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def fill_text(page: Page, words: str) -> None:
    go_to(page, "text")
    page.locator(".is-current [data-control]").fill(words)
    expect(page.get_by_test_id("saved")).to_have_text("Saved")


def draw(page: Page, kind: str) -> None:
    """Draw with a finger."""
    canvas = page.get_by_test_id(f"ink-{kind}-canvas")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    assert box
    wire = page.context.new_cdp_session(page)
    points = [(0.1, 0.7), (0.25, 0.2), (0.4, 0.8), (0.6, 0.3), (0.9, 0.6)]
    for number, (x, y) in enumerate(points):
        touch = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": touch})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def give_drawn(page: Page, kind: str) -> None:
    go_to(page, kind)
    page.locator(".is-current [data-open]").click()
    draw(page, kind)
    page.get_by_test_id(f"adopt-{kind}").click()
    expect(page.locator(f".mark--{kind} img")).to_have_count(1)


def finish(page: Page) -> None:
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")
