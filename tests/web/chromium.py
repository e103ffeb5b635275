"""A real Chromium for tests of pages: phones and desks, what they load, and axe-core's opinion."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = Path(__file__).parent.parent / "vendor/axe-core-4.14.1/axe.min.js"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 812},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
SMALL_PHONE: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}
SIDEWAYS: dict[str, Any] = {**PHONE, "viewport": {"width": 812, "height": 375}}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


def executable(*, whole: bool = False) -> str:
    """Return the browser to drive: PARAPH_TEST_CHROMIUM, else Chromium's headless shell, else Chromium.

    The shell is Chromium without a window around its pages, and opens one five times faster. It has no settings of a
    user: where these matter, ask for the `whole` Chromium.
    """
    names = ("chromium",) if whole else ("chromium-headless-shell", "chromium")
    wanted = [os.environ.get("PARAPH_TEST_CHROMIUM", ""), *names]
    return next((path for name in wanted if name and (path := shutil.which(name))), names[-1])


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Traffic:
    """What a page fetched: path -> bytes over the wire, headers included. `leaving_out` skips paths that hold it."""

    leaving_out: str
    sizes: dict[str, float] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)

    def watch(self, context: BrowserContext, page: Page) -> None:
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", self._begun)
        wire.on("Network.loadingFinished", self._ended)

    def _begun(self, event: dict[str, Any]) -> None:
        self._paths[event["requestId"]] = event["request"]["url"]

    def _ended(self, event: dict[str, Any]) -> None:
        path = self._paths.get(event["requestId"], "")
        if path.startswith("http") and self.leaving_out not in path:
            self.sizes[path] = self.sizes.get(path, 0) + event["encodedDataLength"]

    @property
    def total(self) -> float:
        return sum(self.sizes.values())


WATCH_SHIFTS = """
window.layoutShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def faults(page: Page) -> list[str]:
    """Ask axe-core; each fault is "rule: element"."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{found['id']}: {node['html'][:160]}" for found in result["violations"] for node in found["nodes"]]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
