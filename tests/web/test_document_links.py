"""Addresses of pictures: for one document of one portal, for a while, and only as we signed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.store import portals, requests
from b24app.store.database import reading, writing
from b24app.web.document_links import document_url
from tests.office import ANNA, Office


@pytest.fixture(scope="module")
def url(office: Office) -> str:
    request_id = office.send(77, user=ANNA)
    acme = office.sandbox.portal("acme").member_id
    with office.app.test_request_context(), reading():
        return document_url(portals.get(acme), requests.row(acme, request_id).document_sha256)


def test_the_address_shows_a_page_and_is_not_kept_by_proxies(office: Office, url):
    answer = office.client.get(f"{url}/1")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert office.client.get(f"{url}/99").status_code == 404


def test_a_changed_address_shows_nothing(office: Office, url):
    head, _, token = url.rpartition("/")
    session = office.launch("/", user=ANNA).meta("paraph-session")
    for forged in (token[:-1], "x" + token, token + "x", session, token.swapcase()):
        assert office.client.get(f"{head}/{forged}/1").status_code == 403
    assert office.client.get(url.replace("/documents/", "/signatures/") + ".png").status_code == 403


def test_the_address_runs_out(office: Office, url, monkeypatch):
    later = office.ctx.now() + timedelta(hours=4)
    monkeypatch.setitem(office.app.extensions, "paraph", replace(office.ctx, now=lambda: later))
    assert office.client.get(f"{url}/1").status_code == 403


def test_the_address_dies_with_the_installation(office: Office, url):
    acme = office.sandbox.portal("acme").member_id
    with writing():
        portals.save(acme, uninstalled_at=1)
    try:
        assert office.client.get(f"{url}/1").status_code == 404
    finally:
        with writing():
            portals.save(acme, uninstalled_at=None)
