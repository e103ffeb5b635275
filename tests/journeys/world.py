"""The whole product as people meet it: portals, mailbox, application and worker, and real browsers in front of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from b24app import demo
from b24app.sandbox.examples.acme import ANNA, OLENA
from b24app.sandbox.mailbox.letters import Letter
from b24app.sandbox.portal.portal import Portal as SandboxPortal
from b24app.store import database, requests
from b24app.wiring import wire_worker
from tests.installing import Stage, open_stage
from tests.waiting import wait_for
from tests.web.chromium import DESK, PHONE

ARTEFACTS = Path(__file__).parent.parent.parent / "test-artefacts"
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
ANN, MARCO = "ann.lee@meridian-logistics.example", "marco.rossi@meridian-logistics.example"


@dataclass
class World:
    """One run of everything; `complaints` are script errors and broken policies of any page."""

    stage: Stage
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def visit(self, url: str, device: dict[str, Any], context: BrowserContext | None = None) -> Page:
        """Open an address on a device of its own, or in the profile of a given context."""
        if context is None:
            context = self.browser.new_context(**device)
            self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(url)
        return page

    def card(
        self,
        number: int = 77,
        *,
        kind: str = "lead",
        user: int = ANNA,
        lang: str = "en",
        context: BrowserContext | None = None,
    ) -> Page:
        """Open a lead's or a deal's card as an employee."""
        address = f"{self.stage.acme.url}/crm/{kind}/details/{number}/?as={user}&lang={lang}"
        return self.visit(address, DESK, context)

    def install(self) -> Page:
        """Open the application as the administrator, answer the questions, finish."""
        app = self.stage.acme.app
        page = self.visit(f"{self.stage.acme.url}/marketplace/app/{app.client_id}/?as={OLENA}", DESK)
        frame = page.frame_locator('[data-testid="app-iframe"]')
        expect(frame.get_by_test_id("connect-summary")).to_have_attribute("data-good", "yes")
        picture(page, "install")
        frame.get_by_test_id("finish").click()
        expect(page.frame_locator('[data-testid="app-iframe"]').get_by_test_id("home")).to_be_visible()
        return page

    def install_globex(self) -> SandboxPortal:
        """Install in the second portal too, without looking at the pages."""
        globex = self.stage.sandbox.portal("globex")
        demo.install(globex, self.stage.url)
        return globex

    def link_to(self, request: str, *, user: int, portal: SandboxPortal | None = None) -> Page:
        """Follow a link to a request, as a notification has it."""
        portal = portal or self.stage.acme
        address = f"{portal.url}/marketplace/view/{portal.app.client_id}/?params[request]={request}&as={user}"
        return self.visit(address, DESK)

    def requests(self, lead: int, portal: SandboxPortal | None = None) -> list[str]:
        """The numbers of the requests of a lead, newest first."""
        with database.reading():
            rows = requests.of_card((portal or self.stage.acme).member_id, 1, lead, 20)
        return [row.id for row in rows]

    def letters(self, address: str, lead: int, words: str = "") -> list[Letter]:
        """The letters to somebody about a lead's document, newest first; waits for the first one."""

        def arrived() -> list[Letter]:
            found = self.stage.sandbox.mailbox.letters(address)
            return [
                letter for letter in found if re.search(rf"\b{lead}[/-]\d{{4}}\b", letter.text) and words in letter.text
            ]

        return wait_for(arrived, f"a letter to {address}")

    def signer(self, address: str, lead: int, words: str = "") -> Page:
        """Press the button in the newest letter, on a phone."""
        found = re.search(r"http://localhost:\d+/s/[\w-]+", self.letters(address, lead, words)[0].text)
        assert found
        return self.visit(found[0], PHONE)

    def new_lead(self, **properties: int) -> int:
        """Another lead of Anna's with the same people, so that journeys do not meet each other."""
        crm = self.stage.acme.crm
        known = crm.items[1, 77]
        kept = ("contactId", "contactIds", "companyId", "name", "lastName", "opportunity", "currencyId", "fm")
        fields = {name: known.fields[name] for name in kept if name in known.fields}
        return int(self.stage.acme.add_lead(**fields, title="Onboarding of a second site", uf=properties).id)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot as an artefact of the run."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"))


# -- in the portal ------------------------------------------------------------------------------------------------


def open_surface(page: Page, surface: str) -> FrameLocator:
    """Open the composer from one of its four surfaces."""
    if surface == "tab":
        return tab(page)
    if surface == "toolbar":
        page.get_by_test_id("toolbar-menu").click()
        page.get_by_test_id("toolbar-item").first.click()
    elif surface == "document-menu":
        page.get_by_test_id("document-menu").click()
        page.get_by_test_id("document-item").filter(has_text="Send for signature").click()
    else:
        page.get_by_test_id("timeline-menu").first.click()
        page.get_by_test_id("timeline-extension").filter(has_text="Send for signature").first.click()
    return slider(page)


def slider(page: Page) -> FrameLocator:
    return page.frame_locator('[data-testid="slider"] iframe').last


def tab(page: Page) -> FrameLocator:
    page.get_by_test_id("tab-Signatures").click()
    return page.frame_locator('[data-testid="app-frame"] iframe, iframe[name*="|"]').first


def compose(frame: FrameLocator, *addresses: str) -> None:
    """Make exactly these people of the card sign, in this order."""
    expect(frame.get_by_test_id("preview-page").first).to_be_visible()
    while frame.get_by_test_id("signer-row").count():
        frame.get_by_test_id("signer-remove").first.click()
    for address in addresses:
        frame.get_by_test_id("add-signer").click()
        frame.get_by_test_id("add-candidate").filter(has_text=address).first.click()
    expect(frame.get_by_test_id("signer-row")).to_have_count(len(addresses))


def send_from_card(page: Page, *addresses: str) -> None:
    """Compose and send by the toolbar, then close the slider."""
    frame = open_surface(page, "toolbar")
    compose(frame, *addresses)
    send(frame)
    page.get_by_test_id("slider-close").click()


def approve(page: Page, words: str) -> FrameLocator:
    """Approve as the responsible employee, from the button of the live card; the slider stays open."""
    page.get_by_test_id("timeline-button").filter(has_text="Approve and seal").click()
    approval = slider(page)
    expect(approval.get_by_test_id("approve-box")).to_be_visible()
    approval.locator(".signature__mode--type").click()
    approval.get_by_test_id("signature-text").fill(words)
    approval.get_by_test_id("approve").click()
    expect(approval.get_by_test_id("status")).to_have_attribute("data-status", "completed")
    return approval


def pinned_file(page: Page) -> Locator:
    """The pinned record with the sealed document; waits for it."""
    pinned = page.get_by_test_id("timeline-item").filter(has=page.get_by_test_id("pinned"))
    expect(pinned).to_contain_text("Signed and sealed")
    expect(pinned.get_by_test_id("timeline-file")).to_contain_text(".pdf")
    return pinned


def send(frame: FrameLocator) -> None:
    ready_to_send(frame)
    frame.get_by_test_id("send").click()
    expect(frame.get_by_test_id("sent")).to_be_visible()


def ready_to_send(frame: FrameLocator) -> None:
    expect(frame.locator("page-preview")).to_have_attribute("data-now", "fresh")
    if frame.get_by_test_id("accept-empties").count():
        frame.get_by_test_id("accept-empties").check()
    expect(frame.get_by_test_id("send")).to_be_enabled()


# -- on the signer's phone ----------------------------------------------------------------------------------------


def agree(page: Page) -> None:
    page.get_by_test_id("consent-agree").check()
    page.get_by_test_id("consent-continue").click()
    expect(page.get_by_test_id("bar")).to_have_class(re.compile("is-guided"))


def give_signature(page: Page, words: str) -> None:
    for _ in range(8):
        if page.locator(".entry--signature.is-current").count():
            break
        page.get_by_test_id("next").click()
    page.locator(".is-current [data-open]").click()
    page.locator("dialog[open] .signature__mode--type").click()
    page.get_by_test_id("ink-signature-text").fill(words)
    page.get_by_test_id("adopt-signature").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def sign(page: Page, words: str) -> None:
    """Everything a signer does, from consent to thanks."""
    agree(page)
    give_signature(page, words)
    page.get_by_test_id("review").click()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("closed")).to_have_attribute("data-reason", "signed")


@contextmanager
def open_world(directory: Path, browser: Browser) -> Iterator[World]:
    """Run everything, the worker in a thread as in production, with generous limits on the portal's side."""
    with open_stage(directory) as stage:
        for portal in stage.sandbox.portals.values():
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        worker = wire_worker(stage.ctx)
        thread = threading.Thread(target=worker.run_forever, daemon=True)
        thread.start()
        world = World(stage, browser)
        try:
            yield world
        finally:
            for context in world.contexts:
                context.close()
            worker.stop()
            thread.join(15)
    assert world.complaints == []
