"""Vera's document in every stage of filling in, over HTTP and in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from ..chromium import PHONE, chromium
from ..signing_scene import VERA, scene, send, serving
from .acts import agree

TYPED = {"kind": "signature", "signature_kind": "type", "signature_text": VERA}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return scene(tmp_path_factory.mktemp("signing")).app


@pytest.fixture
def sent(app):
    return send(app)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def agreed(sent, client):
    """Vera has consented."""
    client.post(f"/s/{sent.token}/consent", data={"agree": "yes"})
    return sent


@pytest.fixture
def filled(agreed, client):
    """Vera has filled in everything but has not finished."""
    for kind, text in (("checkbox", "yes"), ("text", "Kyiv, Khreshchatyk 1")):
        client.post(f"/s/{agreed.token}/value", data={"field": agreed.fields[kind], "text": text})
    client.post(f"/s/{agreed.token}/signature", data=TYPED)
    client.post(f"/s/{agreed.token}/signature", data={**TYPED, "kind": "initials", "signature_text": "VL"})
    return agreed


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """Open a path in a fresh browser, by default a phone; scripts that fail fail the test."""
    contexts, complaints = [], []

    def open_page(path: str, device: dict = PHONE, **options: object) -> Page:
        contexts.append(browser.new_context(base_url=address, **device, **options))
        contexts[-1].set_default_timeout(15_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def at_document(open_page, sent):
    """Vera on her phone, after consenting."""
    page = open_page(f"/s/{sent.token}")
    agree(page)
    return page
