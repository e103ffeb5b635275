"""Chromium for tests of the sandbox's own pages."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> Iterator[Browser]:
    """A running browser; to be wrapped in a fixture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield browser
        browser.close()


def phone(chromium: Browser) -> Iterator[Page]:
    """A page of the size of a phone; to be wrapped in a fixture."""
    context = chromium.new_context(viewport={"width": 390, "height": 780}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()
