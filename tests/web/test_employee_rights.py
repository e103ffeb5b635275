"""What an employee may see and do: his own requests, and those of cards that Bitrix24 shows him."""

from __future__ import annotations

import pytest

from b24app.domain.signature_request import Status
from b24app.store import requests
from b24app.store.database import reading
from b24app.store.tables import SignerRow
from tests.office import ANNA, BORIS, OLENA, Office

ACTS = {
    "void": {"reason": "I say so"},
    "retry": {},
    "remind/{signer}": {},
    "deadline": {"expires_on": "2100-01-01"},
    "reminders": {"remind": "1"},
    "signers/{signer}": {"name": "Boris", "email": "boris@elsewhere.example"},
    "approve": {"signature_kind": "type", "signature_text": "Boris"},
    "refuse": {"reason": "I say so"},
}


@pytest.fixture
def request_id(office: Office) -> str:
    found = office.send(77, user=ANNA)
    office.work()
    return found


def state(request_id: str) -> tuple[object, ...]:
    """Everything an act could change: status, numbering of the work to do, signers."""
    with reading():
        row = requests.Request.get_by_id(request_id)
        signers = SignerRow.select().where(SignerRow.request == request_id)
        return row.status, row.seq, [(signer.name, signer.email, signer.status) for signer in signers]


@pytest.mark.parametrize("act", ACTS)
def test_a_colleague_without_the_card_cannot_act(office: Office, request_id, act):
    signer = SignerRow.get(SignerRow.request == request_id).id
    before = state(request_id)
    page = office.launch("/", user=BORIS)
    for plain in (False, True):
        answer = page.post(f"/requests/{request_id}/{act.format(signer=signer)}", ACTS[act], plain=plain)
        assert answer.status == 409, answer.text
    assert state(request_id) == before


def test_a_colleague_who_sees_the_card_may_call_back(office: Office, request_id):
    page = office.launch("/", options={"request": request_id}, user=OLENA)
    assert page.post(f"/requests/{request_id}/void", {"reason": "Wrong version"}).status == 200
    assert state(request_id)[0] == Status.VOIDED


@pytest.mark.parametrize("path", ["/home", "/requests/"])
def test_home_lists_only_the_requests_that_are_his(office: Office, request_id, path):
    assert request_id not in office.launch("/", user=BORIS).text
    assert request_id not in office.launch("/", user=BORIS).post(path, plain=True).text
    assert request_id in office.launch("/", user=ANNA).post(path, plain=True).text


@pytest.mark.parametrize("path", ["/home", "/requests/"])
def test_an_administrator_sees_the_requests_of_everybody(office: Office, request_id, path):
    assert request_id in office.launch("/", user=OLENA).post(path, plain=True).text


def test_the_responsible_employee_sees_what_a_colleague_sent(office: Office):
    request_id = office.send(77, user=OLENA)
    assert request_id in office.launch("/", user=ANNA).text


def test_a_forged_card_number_shows_nobody_elses_list(office: Office, request_id):
    page = office.tab(77, user=BORIS)
    assert page.status == 409
    assert request_id not in page.text
    listed = office.launch("/placements/detail-tab", "CRM_LEAD_DETAIL_TAB", {"ID": 77}, user=BORIS)
    assert request_id not in listed.text


def test_a_list_of_ones_own_requests_asks_the_portal_nothing(office: Office):
    office.send(78, user=OLENA)
    calls = office.sandbox.portal("acme").calls
    before = len(calls)
    assert office.tab(78, user=OLENA).has("request-line")
    assert len(calls) == before
