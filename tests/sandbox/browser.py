"""Chromium for tests of the sandbox's own pages."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.web import chromium as real


def chromium() -> Iterator[Browser]:
    """A running browser; to be wrapped in a fixture."""
    with real.chromium() as opened:
        yield opened


def phone(chromium: Browser) -> Iterator[Page]:
    """A page of the size of a phone; to be wrapped in a fixture."""
    context = chromium.new_context(viewport={"width": 390, "height": 780}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()
