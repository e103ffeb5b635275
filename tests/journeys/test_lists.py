"""Finding a document among many, and mending what could not be done: mouse, keyboard, screen readers."""

from __future__ import annotations

from itertools import count

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from b24app.clock import from_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import N_, BitrixError
from b24app.outbox.message import Message, describe
from b24app.sandbox.examples.acme import ANNA, OLENA
from b24app.services.list_requests import MAX_LINES
from b24app.services.report_dead import report_dead
from b24app.store import database, outbox, requests
from b24app.store.tables import OutboxMessage
from tests.journeys.world import ANN, World, picture, send_from_card, wait_for
from tests.portal_room import NOON_MS, add_request
from tests.web.chromium import DESK, faults, overflow

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> " + "W" * 130
REASON = BitrixError(N_("Bitrix24 answered %(what)s without a result."), what="crm.item.get", permanent=True)
_numbers = count(1)


def home(world: World, user: int) -> tuple[Page, FrameLocator]:
    """Open the application from the portal's menu."""
    acme = world.stage.acme
    page = world.visit(f"{acme.url}/marketplace/app/{acme.app.client_id}/?as={user}", DESK)
    frame = page.frame_locator('[data-testid="app-iframe"]')
    expect(frame.get_by_test_id("home")).to_be_visible()
    expect(frame.locator("live-form:not(:defined), more-lines:not(:defined)")).to_have_count(0)
    return page, frame


def inside(world: World, page: Page) -> Frame:
    return next(frame for frame in page.frames if frame.url.startswith(world.stage.url))


def add(world: World, title: str, status: Status = Status.COMPLETED, signer: str = "Petra Novak") -> str:
    with database.reading():
        row = add_request(
            world.stage.ctx,
            world.stage.stored,
            status,
            title=title,
            signers=[(signer, "petra@novak.example")],
            sender=ANNA,
            responsible=ANNA,
            created_at=NOON_MS + next(_numbers),
        )
    return str(row.id)


@pytest.fixture(scope="module")
def crowded(world: World) -> World:
    """Anna has 200 documents, some of them with names that are markup."""
    for n in range(200):
        add(world, HOSTILE if n % 50 == 3 else f"Lease {n}", signer=HOSTILE if n % 50 == 4 else "Petra Novak")
    return world


def test_a_document_is_found_without_leaving_the_keyboard(crowded: World):
    wanted = add(crowded, "Договір оренди № 77/2026", signer="Мар'яна Коваль")
    page, frame = home(crowded, ANNA)
    field = frame.get_by_test_id("search-text")
    field.focus()
    page.keyboard.type("мар’яна оренд")
    page.keyboard.press("Enter")
    expect(frame.get_by_test_id("request-line")).to_have_count(1)
    expect(frame.get_by_test_id("request-line")).to_have_attribute("data-request", wanted)
    expect(field).to_be_focused()
    page.keyboard.type("и")
    expect(field).to_have_value("мар’яна оренди")
    picture(page, "search")


def test_a_filter_is_pressed_and_says_so(crowded: World):
    page, frame = home(crowded, ANNA)
    ended = frame.locator('[data-testid="filter"][data-show="ended"]')
    ended.focus()
    page.keyboard.press("Space")
    expect(ended).to_have_attribute("aria-pressed", "true")
    expect(ended).to_be_focused()
    expect(frame.get_by_test_id("no-requests")).to_be_visible()
    frame.locator('[data-testid="filter"][data-show="all"]').click()
    expect(frame.get_by_test_id("request-line")).to_have_count(MAX_LINES)


def test_more_lines_come_below_and_the_focus_goes_to_the_first_of_them(crowded: World):
    page, frame = home(crowded, ANNA)
    for pages in (2, 3):
        frame.get_by_test_id("more").press("Enter")
        expect(frame.get_by_test_id("request-line")).to_have_count(pages * MAX_LINES)
        expect(frame.get_by_test_id("request-line").nth((pages - 1) * MAX_LINES)).to_be_focused()
    ids = frame.get_by_test_id("request-line").evaluate_all("lines => lines.map((line) => line.dataset.request)")
    assert len(set(ids)) == 3 * MAX_LINES
    picture(page, "long-list")


def test_lists_are_for_everybody(crowded: World):
    page, frame = home(crowded, ANNA)
    expect(frame.get_by_test_id("lines")).to_be_visible()
    assert faults(inside(crowded, page)) == []
    assert overflow(inside(crowded, page)) == 0
    frame.get_by_test_id("search-text").fill(HOSTILE)
    frame.get_by_test_id("search-go").click()
    expect(frame.get_by_test_id("nothing-found").or_(frame.get_by_test_id("lines"))).to_be_visible()
    assert faults(inside(crowded, page)) == []
    assert overflow(inside(crowded, page)) == 0


def test_what_could_not_be_done_is_seen_tried_again_and_done(world: World):
    lead = world.new_lead()
    send_from_card(world.card(lead), ANN)
    request_id = world.requests(lead)[0]
    broken = give_up(world, request_id)
    page, frame = home(world, OLENA)
    frame.get_by_test_id("troubles").click()
    trouble = frame.locator(f'[data-testid="trouble"][data-request="{request_id}"]')
    expect(trouble.get_by_test_id("work-reason")).to_contain_text("without a result")
    assert faults(inside(world, page)) == []
    assert overflow(inside(world, page)) == 0
    picture(page, "troubles")
    trouble.get_by_test_id("again").press("Enter")
    expect(frame.get_by_test_id("done")).to_be_focused()
    expect(trouble).to_have_count(0)
    wait_for(lambda: is_done(broken), "the entry for the timeline")
    frame.get_by_test_id("back").press("Enter")
    frame.locator(f'[data-testid="request-line"][data-request="{request_id}"]').press("Enter")
    expect(frame.get_by_test_id("request")).to_be_visible()
    expect(frame.get_by_test_id("stuck")).to_have_count(0)


def is_done(number: int) -> bool:
    with database.reading():
        return OutboxMessage.get_by_id(number).done_at is not None


def give_up(world: World, request_id: str) -> int:
    """Let one more entry for the timeline be given up; returns the message's number."""
    with database.writing():
        requests.lock(world.stage.acme.member_id, request_id)
        seq = requests.next_seq(world.stage.acme.member_id, request_id)
        outbox.enqueue(world.stage.acme.member_id, request_id, seq, Topic.RELAY, {"event": 1}, world.stage.ctx.now())
        message = OutboxMessage.get(OutboxMessage.key == f"{request_id}:{seq}")
        outbox.bury(message.key, world.stage.ctx.now(), describe(REASON), blocks=False)
        report_dead(world.stage.ctx, Message.of(message, from_ms(0)), REASON)
    return int(message.id)
