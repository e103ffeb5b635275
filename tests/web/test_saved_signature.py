"""The picture of the signature an employee keeps: on his own approve page, by an address that is his and runs out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from itsdangerous import URLSafeSerializer

from b24app.store import requests
from b24app.store.database import writing
from b24app.store.tables import SavedSignature
from tests.office import ANNA, BORIS, OLENA, VERA, Office, Page

PICTURE = b"\x89PNG\r\n\x1a\n Anna's"


def member(office: Office, portal: str) -> str:
    return office.sandbox.portal(portal).member_id


@pytest.fixture
def request_id(office: Office) -> str:
    """Signed by everybody, for Anna to approve; she keeps a signature."""
    request_id = office.send(77, user=ANNA)
    office.sign(request_id)
    with writing():
        requests.save_signature(member(office, "acme"), ANNA, office.ctx.blobs.put(PICTURE))
    return request_id


def opened(office: Office, request_id: str, user: int) -> Page:
    return office.launch("/", options={"request": request_id}, user=user)


def addresses(page: Page) -> list[str]:
    return re.findall(r'src="([^"]*/signatures/[^"]+)"', page.text)


def address(office: Office, *content: object, salt: str = "paraph-signature") -> str:
    keys = list(reversed(office.ctx.vault.signing_keys))
    return f"/signatures/{URLSafeSerializer(keys, salt=salt).dumps(list(content))}.png"


def test_the_approve_page_shows_the_picture_and_nobody_keeps_it(office: Office, request_id):
    (url,) = addresses(opened(office, request_id, ANNA))
    picture = office.client.get(url)
    assert (picture.status_code, picture.mimetype, picture.data) == (200, "image/png", PICTURE)
    assert picture.headers["Cache-Control"] == "no-store"


def test_a_colleagues_page_does_not_name_it(office: Office, request_id):
    page = opened(office, request_id, OLENA)
    assert page.has("request")
    assert addresses(page) == []


@pytest.mark.parametrize(("portal", "user"), [("acme", BORIS), ("globex", ANNA), ("globex", VERA)])
def test_the_address_of_another_employee_or_portal_leads_to_nothing_of_hers(office: Office, request_id, portal, user):
    assert office.client.get(address(office, member(office, portal), user, 2**53)).status_code == 404


def test_the_address_cannot_be_bent_to_somebody_else(office: Office, request_id):
    (url,) = addresses(opened(office, request_id, ANNA))
    boris = address(office, member(office, "acme"), BORIS, 2**53)
    proof = url.rpartition("/")[2].rpartition(".png")[0].rpartition(".")[2]
    bent = boris.rpartition(".png")[0].rpartition(".")[0] + f".{proof}.png"
    assert office.client.get(bent).status_code == 403


def test_an_address_of_another_kind_is_refused(office: Office, request_id):
    document = address(office, member(office, "acme"), ANNA, 2**53, salt="paraph-document")
    assert office.client.get(document).status_code == 403


def test_the_address_runs_out_in_minutes(office: Office, request_id):
    (url,) = addresses(opened(office, request_id, ANNA))
    now = office.ctx.now
    office.app.extensions["paraph"] = replace(office.ctx, now=lambda: now() + timedelta(minutes=11))
    try:
        assert office.client.get(url).status_code == 403
    finally:
        office.app.extensions["paraph"] = office.ctx


def test_it_is_gone_with_the_portals_data(office: Office, request_id):
    (url,) = addresses(opened(office, request_id, ANNA))
    SavedSignature.delete().where(SavedSignature.portal == member(office, "acme")).execute()
    assert office.client.get(url).status_code == 404
