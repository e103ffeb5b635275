"""Embedded signing: links for one opening, the page in a frame, the vendor's script and ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import dropbox_sign
import pytest
import requests
from flask import Flask
from playwright.sync_api import FrameLocator, Page, expect
from werkzeug.serving import make_server

from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.world import Sandbox
from tests.sandbox import browser
from tests.sandbox.dropbox_sign.conftest import ANN, MARCO, Client, link, refusal
from tests.sandbox.dropbox_sign.test_callbacks import types
from tests.sandbox.hosted import told
from tests.sandbox.published import VENDOR
from tests.sandbox.receiver import Receiver

chromium = pytest.fixture(scope="module")(browser.chromium)
page = pytest.fixture(browser.phone)

PAGE = """<!doctype html><html><body><ol id="seen"></ol><script src="%s"></script><script>
  const client = new HelloSign({ clientId: %s });
  const note = (name, told) => {
    const line = document.createElement("li");
    line.textContent = name + ": " + JSON.stringify(told || {});
    document.getElementById("seen").append(line);
  };
  const names = ["ready", "sign", "decline", "cancel", "finish", "close", "error"];
  for (const name of names) client.on(name, (told) => note(name, told));
  client.open(%s, %s);
</script></body></html>"""


def sign_url(client: Client, person: int = 0, **changes: object) -> str:
    made = client.embed(ANN, MARCO, **changes)
    return client.embedded.embedded_sign_url(made.signatures[person].signature_id).embedded.sign_url


def opened(client: Client, url: str, **changes: str) -> requests.Response:
    """Open a link as the script would."""
    given = {"client_id": client.service.app.client_id, "parent_url": "http://localhost/x"} | changes
    return requests.get(f"{url}&{urlencode(given)}", timeout=10)


def test_a_link_is_for_the_signer_whose_turn_it_is(client: Client, service: DropboxSign) -> None:
    assert sign_url(client).startswith(f"{service.url}/editor/embeddedSign?signature_id=")
    with pytest.raises(dropbox_sign.ApiException) as refused:
        sign_url(client, person=1)
    assert refusal(refused.value)[:2] == (400, "bad_request")


def test_a_link_of_a_request_sent_by_letter_does_not_exist(client: Client) -> None:
    sent = client.send(ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.embedded.embedded_sign_url(sent.signatures[0].signature_id)
    assert refusal(refused.value)[:2] == (400, "bad_request")


def test_a_link_dies_on_its_first_opening(client: Client, receiver: Receiver) -> None:
    url = sign_url(client)
    assert "Service agreement" in opened(client, url).text
    again = opened(client, url)
    assert (again.status_code, told(again)[0][:22]) == (410, "This link has expired ")
    client.service.settle()
    assert types(receiver)[-1] == "sign_url_invalid"


def test_a_link_dies_after_an_hour(client: Client, service: DropboxSign) -> None:
    url = sign_url(client)
    service.advance(3600)
    assert opened(client, url).status_code == 410


def test_a_link_of_a_replaced_signer_is_dead(client: Client) -> None:
    made = client.embed(ANN)
    (one,) = made.signatures
    url = client.embedded.embedded_sign_url(one.signature_id).embedded.sign_url
    body = dropbox_sign.models.SignatureRequestUpdateRequest(signature_id=one.signature_id, email_address=MARCO[1])
    client.requests.signature_request_update(made.signature_request_id, body)
    assert opened(client, url).status_code == 410


def test_an_escaped_link_can_be_ordered(client: Client, service: DropboxSign) -> None:
    service.faults.add("escaped_url")
    assert "&amp;token=" in sign_url(client)


def test_a_link_needs_the_client_id_of_its_app(client: Client) -> None:
    assert opened(client, sign_url(client), client_id="other").status_code == 403


def test_skipping_the_domain_check_is_for_test_mode(client: Client) -> None:
    assert opened(client, sign_url(client), skip_domain_verification="1").status_code == 200
    production = sign_url(client, test_mode=False)
    assert opened(client, production, skip_domain_verification="1").status_code == 403


def test_an_access_code_is_asked_for_in_the_frame_too(client: Client) -> None:
    person = dropbox_sign.models.SubSignatureRequestSigner(name=ANN[0], email_address=ANN[1], pin="4711")
    made = client.embed(ANN, signers=[person])
    asked = opened(client, client.embedded.embedded_sign_url(made.signatures[0].signature_id).embedded.sign_url)
    assert "Service agreement" not in asked.text
    assert told(requests.post(f"{asked.url}/pin", data={"pin": "1"}, timeout=10)) == ["This code is wrong."]
    assert "Service agreement" in requests.post(f"{asked.url}/pin", data={"pin": "4711"}, timeout=10).text


def test_embedded_requests_are_not_signed_on_the_services_own_page(client: Client, service: DropboxSign) -> None:
    made = client.embed(ANN)
    one = service.requests[made.signature_request_id].signatures[0]
    assert requests.get(service.signing_url(one), timeout=10).status_code == 404


class Host:
    """A page under localhost that embeds signing with the vendor's script or the stand-in's."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service
        self.page = ""
        app = Flask("host", static_folder=str(VENDOR / "hellosign-embedded-2.12.4"), static_url_path="/vendor")
        app.add_url_rule("/", "page", lambda: self.page)
        self._server = make_server("localhost", 0, app, threaded=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, script: str, sign_url: str, **options: object) -> str:
        own = f"{self._service.url}/public/js/embedded/v2.12.4/embedded.production.min.js"
        source = "/vendor/embedded.production.min.js" if script == "vendor" else own
        client_id, options = json.dumps(self._service.app.client_id), {"allowCancel": True} | options
        self.page = PAGE % (source, client_id, json.dumps(sign_url), json.dumps(options))
        return f"http://localhost:{self._server.server_port}/"

    def stop(self) -> None:
        self._server.shutdown()


@pytest.fixture
def host(service: DropboxSign) -> Iterator[Host]:
    running = Host(service)
    yield running
    running.stop()


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[name=x-hellosign-embedded]")


def draw(place: Page | FrameLocator, page: Page, testid: str) -> None:
    """Draw a stroke on a signature pad."""
    pad = place.get_by_test_id(testid)
    pad.scroll_into_view_if_needed()
    box = pad.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 30, steps=4)
    page.mouse.up()


def seen(page: Page) -> list[str]:
    return [line.split(":")[0] for line in page.locator("#seen li").all_text_contents()]


@pytest.mark.browser
@pytest.mark.parametrize("script", ["vendor", "ours"])
def test_a_signer_signs_in_a_frame(script: str, client: Client, host: Host, page: Page) -> None:
    made = client.embed(ANN)
    url = client.embedded.embedded_sign_url(made.signatures[0].signature_id).embedded.sign_url
    page.goto(host.url(script, url))
    draw(frame(page), page, "signature-pad")
    frame(page).get_by_test_id("agree").check()
    frame(page).get_by_test_id("sign").click()
    expect(page.locator("#seen")).to_contain_text("sign:")
    frame(page).get_by_test_id("close").click()
    expect(page.locator("#seen")).to_contain_text("close:")
    assert seen(page) == ["ready", "sign", "finish", "close"]
    told = json.loads(page.locator("#seen li").nth(1).text_content().partition(" ")[2])
    assert told == {"signatureId": made.signatures[0].signature_id}
    client.service.settle()
    assert client.get(made.signature_request_id).is_complete


@pytest.mark.browser
@pytest.mark.parametrize("script", ["vendor", "ours"])
def test_a_signer_declines_or_puts_it_off(script: str, client: Client, host: Host, page: Page) -> None:
    page.goto(host.url(script, sign_url(client, allow_decline=True)))
    frame(page).get_by_test_id("cancel").click()
    expect(page.locator("#seen")).to_contain_text("close:")
    assert seen(page) == ["ready", "cancel", "close"]
    page.goto(host.url(script, sign_url(client, allow_decline=True)))
    frame(page).get_by_test_id("decline-open").click()
    frame(page).get_by_test_id("decline-reason").fill("Wrong price")
    frame(page).get_by_test_id("decline").click()
    expect(page.locator("#seen")).to_contain_text('"reason":"Wrong price"')
    assert seen(page) == ["ready", "decline"]


@pytest.mark.browser
@pytest.mark.parametrize("script", ["vendor", "ours"])
def test_a_page_of_another_domain_shows_nothing(
    script: str, client: Client, service: DropboxSign, host: Host, page: Page
) -> None:
    service.app.domains = ["elsewhere.example"]
    page.goto(host.url(script, sign_url(client)))
    expect(frame(page).get_by_test_id("foreign-domain")).to_be_visible()
    expect(frame(page).get_by_test_id("sign")).to_be_hidden()
    assert seen(page) == ["error"]


@pytest.mark.browser
def test_a_letters_link_is_signed_on_a_phone(sandbox: Sandbox, client: Client, page: Page) -> None:
    sent = client.send(ANN)
    page.goto(link(sandbox, ANN))
    expect(page.get_by_test_id("page-picture")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    draw(page, page, "signature-pad")
    page.get_by_test_id("agree").check()
    page.get_by_test_id("sign").click()
    expect(page.get_by_test_id("notice")).to_have_text(
        "You have signed. A copy will be sent to you when everybody has."
    )
    sandbox.dropbox_sign.settle()
    signed = sandbox.dropbox_sign.requests[sent.signature_request_id].signatures[0]
    assert signed.adopted is not None
    assert signed.adopted.signature.image.startswith(b"\x89PNG")
    assert client.get(sent.signature_request_id).is_complete
