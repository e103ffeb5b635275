"""Chromium with third-party cookies allowed or blocked, and a page that tastes which it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, expect

from b24app.sandbox.serving import Listener
from tests.web.chromium import DESK, FLAGS, executable

ALLOWED, BLOCKED = 0, 1  # chrome://settings/cookies, as its profile keeps it


@contextmanager
def profile(kind: BrowserType, directory: Path, cookies: int) -> Iterator[BrowserContext]:
    """Run a Chromium whose user has made up his mind about third-party cookies."""
    (directory / "Default").mkdir(parents=True)
    wish = {"profile": {"cookie_controls_mode": cookies, "block_third_party_cookies": cookies == BLOCKED}}
    (directory / "Default/Preferences").write_text(json.dumps(wish))
    browser = executable(whole=True)
    context = kind.launch_persistent_context(directory, executable_path=browser, args=list(FLAGS), **DESK)
    yield context
    context.close()


def sends_back_third_party_cookies(context: BrowserContext) -> bool:
    """Let a frame of another site set a cookie, load it again, and see whether the cookie came back."""
    tasted: list[str] = []

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        headers = [("Content-Type", "text/html")]
        if environ["PATH_INFO"] == "/frame":
            tasted.append(environ.get("HTTP_COOKIE", ""))
            start("200 OK", [*headers, ("Set-Cookie", "crumb=yes; SameSite=None; Secure")])
            return [b"<p>framed</p>"]
        start("200 OK", headers)
        return [f'<iframe src="http://localhost:{environ["SERVER_PORT"]}/frame"></iframe>'.encode()]

    site = Listener(lambda: answer)
    page = context.new_page()
    try:
        for visit in ("first", "second"):
            page.goto(f"{site.url}/?{visit}")
            expect(page.frame_locator("iframe").get_by_text("framed")).to_be_visible()
    finally:
        page.close()
        site.stop()
    return "crumb=yes" in tasted[-1]
