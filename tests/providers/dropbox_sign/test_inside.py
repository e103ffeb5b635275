"""People of an embedded account sign inside our page: our letter, the click, the frame, the way back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import NotAllowed
from b24app.services import sign_document
from b24app.services.composing import FormRefused
from b24app.services.manage_connection import change_keys
from b24app.store import database, holdings, visits
from b24app.store.tables import Request, SigningVisit
from tests.providers.dropbox_sign.stage import DropboxScene, dropbox_scene, embedded
from tests.services.desk import ANN, MARCO
from tests.waiting import wait_for
from tests.web.chromium import PHONE, chromium, faults, overflow
from tests.web.signing_scene import serving

SCRIPTED = {"X-Paraph-Fragment": "1"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, running) -> Iterator[DropboxScene]:
    with dropbox_scene(tmp_path_factory.mktemp("desk"), "", running, **embedded(running)) as made, database.reading():
        yield made


@pytest.fixture
def scene(desk) -> DropboxScene:
    """One desk for the module; each test sends a request of its own."""
    SigningVisit.delete().execute()
    return desk


def sent(scene: DropboxScene) -> tuple[str, str]:
    """A request that waits for Ann; its id and the secret of her link."""
    request_id = scene.send(ANN, MARCO)
    scene.deliver()
    return request_id, scene.desk.token(ANN.email)


def post(scene: DropboxScene, path: str) -> dict[str, str]:
    answer = scene.client.post(path, headers=SCRIPTED)
    assert answer.status_code == 200
    return answer.json


def click(scene: DropboxScene, token: str) -> str:
    return f"/s/{token}/visit/{post(scene, f'/s/{token}/visit')['visit']}"


def test_the_letters_link_leads_to_the_service_and_asks_for_nothing_by_itself(scene):
    request_id, token = sent(scene)
    shown = scene.client.get(f"/s/{token}")
    page, policy = shown.get_data(as_text=True), shown.headers["Content-Security-Policy"]
    assert 'data-testid="elsewhere"' in page
    assert "Dropbox Sign" in page
    assert f"frame-src 'self' {scene.service.url};" in policy
    assert "frame-src 'self';" in scene.client.get(f"/s/{token}/back").headers["Content-Security-Policy"]
    assert not SigningVisit.select().exists()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_nothing_of_it_can_be_signed_here(scene):
    _request_id, token = sent(scene)
    with pytest.raises(NotAllowed):
        sign_document.record_consent(scene.desk.ctx, token, "I agree.", "203.0.113.5", "Phone")
    for path in ("decline", "review"):
        assert scene.client.get(f"/s/{token}/{path}").status_code == 303
    for path in ("consent", "finish", "decline"):
        form = {"agree": "yes", "reason": "No"}
        assert scene.client.post(f"/s/{token}/{path}", data=form).headers["Location"] == f"/s/{token}"


def test_an_address_is_fetched_by_the_worker_kept_locked_and_given_once(scene):
    _request_id, token = sent(scene)
    way = click(scene, token)
    assert post(scene, way) == {"waiting": True}
    assert click(scene, token) == way  # pressed twice
    scene.desk.work()
    kept = SigningVisit.get()
    assert kept.link.startswith("gAAAAA")
    found = post(scene, way)
    assert found["open"].startswith(f"{scene.service.url}/editor/embeddedSign?signature_id=")
    assert (found["opens"], found["client"]) == ("frame", scene.service.app.client_id)
    assert "error" in post(scene, way)
    assert not SigningVisit.select().exists()


def test_an_address_that_nobody_takes_is_gone_after_a_minute(scene):
    _request_id, token = sent(scene)
    way = click(scene, token)
    scene.desk.work()
    scene.clock.move(seconds=61)
    assert post(scene, way) == {"error": "That took too long. Please try again."}
    visits.purge(to_ms(scene.clock()) - 60_000)
    assert not SigningVisit.select().exists()


def test_another_signer_cannot_take_it(scene):
    _request_id, token = sent(scene)
    way = click(scene, token)
    scene.desk.work()
    _other_id, other = sent(scene)
    assert "error" in post(scene, way.replace(token, other))
    assert "open" in post(scene, way)


def test_a_service_that_is_down_is_said_in_words_and_asked_again_at_the_next_click(scene):
    _request_id, token = sent(scene)
    scene.far.go_down()
    way = click(scene, token)
    scene.desk.work()
    assert post(scene, way) == {"error": "Dropbox Sign does not answer right now. Please try again in a few minutes."}
    assert not scene.unfinished(Topic.SIGNING_LINK)
    scene.far.come_up()
    way = click(scene, token)
    scene.desk.work()
    assert "open" in post(scene, way)


def test_signed_there_already_is_looked_up_and_shown(scene):
    """Its event got lost: the service refuses another address, and the look tells why."""
    request_id, token = sent(scene)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.lose_events()
    way = click(scene, token)
    scene.desk.work()
    assert post(scene, way).get("closed") == f"/s/{token}"
    assert scene.request(request_id).signers[0].status is SignerStatus.SIGNED
    assert 'data-reason="signed"' in scene.client.get(f"/s/{token}").get_data(as_text=True)


def test_coming_back_has_the_request_looked_at_once(scene):
    request_id, token = sent(scene)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.lose_events()
    for _ in range(3):
        page = scene.client.get(f"/s/{token}/back").get_data(as_text=True)
    assert 'data-testid="back"' in page
    assert len(scene.unfinished(Topic.LOOK)) == 1
    scene.clock.move(seconds=10)
    scene.desk.work()
    assert scene.request(request_id).signers[0].status is SignerStatus.SIGNED


def test_his_turn_his_end_and_links_that_lead_nowhere(scene):
    request_id, token = sent(scene)
    scene.void(request_id)
    scene.deliver()
    assert post(scene, f"/s/{token}/visit") == {"closed": f"/s/{token}"}
    assert scene.client.get(f"/s/{token}/back").status_code == 410
    assert post(scene, "/s/nothing/visit") == {"closed": "/s/nothing"}
    assert not scene.unfinished(Topic.SIGNING_LINK)


@contextmanager
def working(scene: DropboxScene) -> Iterator[None]:
    """The worker at work beside the page."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            scene.desk.work()
            time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_on_a_phone_in_the_frame(scene):
    request_id, token = sent(scene)
    scene.service.app.domains[:] = ["127.0.0.1", "localhost"]
    with serving(scene.client.application) as url, working(scene), chromium() as browser:
        page = browser.new_context(**PHONE).new_page()
        page.set_default_timeout(10_000)
        visited: list[str] = []
        page.on("request", lambda request: visited.append(request.url))
        page.goto(f"{url}/s/{token}")
        assert faults(page) == []
        assert overflow(page) == 0
        page.get_by_test_id("elsewhere-open").click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_test_id("embedded")).to_be_visible(timeout=10_000)
        assert overflow(page) == 0
        assert page.url == f"{url}/s/{token}"
        assert not [seen for seen in visited if seen.startswith(scene.service.url) and token in seen]
        for place in frame.locator("input[name^=field-]").all():
            place.fill("Ann Lee")
        frame.locator("[name=signature-typed]").fill("Ann Lee")
        frame.get_by_test_id("agree").check()
        frame.get_by_test_id("sign").click()
        expect(page.get_by_test_id("back")).to_be_visible(timeout=10_000)
        scene.clock.move(seconds=10)
        wait_for(
            lambda: scene.request(request_id).signers[0].status is SignerStatus.SIGNED, "the look after coming back"
        )
        page.get_by_test_id("back-again").click()
        expect(page.locator("[data-reason=signed]")).to_be_visible()


def kept_while_out(scene: DropboxScene, **changes: str | None) -> list[str]:
    """Change answers on the settings page's way; the questions at which it is refused, none when it is kept."""
    standing = {"q-client_id": scene.service.app.client_id, "q-embedded": "1"} | changes
    given = {name: text for name, text in standing.items() if text is not None}
    try:
        change_keys(scene.desk.ctx, scene.desk.portal, scene.connection, given)
    except FormRefused as refused:
        out = holdings.count_open_through(scene.portal, scene.connection)
        return sorted(field for field, [problem] in refused.problems.items() if problem.params["count"] == out)
    return []


def test_the_way_of_signing_stays_while_documents_are_out(scene):
    """Switched off they could not be signed any more; switched on, letters of ours would lead people nowhere.

    The last one here, for it changes the account.
    """
    request_id, token = sent(scene)
    assert kept_while_out(scene, **{"q-embedded": None}) == ["q-embedded"]
    assert kept_while_out(scene, **{"q-client_id": ""}) == ["q-embedded"]
    assert kept_while_out(scene, **{"q-client_id": "another"}) == ["q-client_id"]
    assert kept_while_out(scene, **{"q-approver_signs": "1"}) == []
    way = click(scene, token)
    scene.desk.work()
    assert "open" in post(scene, way)
    for row in Request.select().where(Request.connection == scene.connection):
        if row.status == Status.AWAITING_SIGNATURES:
            scene.void(row.id)
    scene.deliver()
    assert scene.status(request_id) is Status.VOIDED
    assert kept_while_out(scene, **{"q-embedded": None}) == []
    scene.send(ANN)
    assert kept_while_out(scene) == ["q-embedded"]
