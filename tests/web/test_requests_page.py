"""The request page's doors: what an employee sees and may do, and who may not."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from b24app.clock import utc_now
from b24app.domain.days import zone_named
from b24app.services.act_on_time import act_on_time
from b24app.store.database import writing
from b24app.store.tables import Request
from tests.office import ANNA, BORIS, OLENA, VERA, Office, Page, looked_at


def opened(office: Office, request_id: str, *, user: int = ANNA, portal: str = "acme") -> Page:
    return office.launch("/", options={"request": request_id}, user=user, portal=portal)


@pytest.fixture
def request_id(office: Office) -> str:
    return office.send(77, user=ANNA)


def test_it_says_where_the_request_stands(office: Office, request_id):
    page = opened(office, request_id)
    assert page.has("status")
    assert "0 of 1 signed" in page.text
    assert page.count("request-page") >= 2
    assert 'data-type="request_sent"' in page.text


def test_another_portals_request_is_not_found(office: Office, request_id):
    home = office.launch("/", user=VERA, portal="globex")
    given = {"reason": "x", "signature_kind": "type", "signature_text": "x", "name": "x", "email": "x@example.com"}
    given |= {"expires_on": "2100-01-01"}
    acts = (
        "/void",
        "/retry",
        "/approve",
        "/refuse",
        "/document",
        "/remind/x",
        "/signers/x",
        "/deadline",
        "/reminders",
        "/copies/x",
    )
    for act in ("", *acts):
        answer = home.post(f"/requests/{request_id}{act}", given)
        assert answer.status == 404, act


def test_a_colleague_without_right_to_the_card_is_kept_out(office: Office, request_id):
    page = office.launch("/", user=BORIS)
    assert page.post(f"/requests/{request_id}").status == 409


def test_a_reason_is_needed_to_call_back(office: Office, request_id):
    refused = opened(office, request_id).post(f"/requests/{request_id}/void", {"reason": " "})
    assert (refused.status, refused.response.get_json()["field"]) == (400, "reason")


def test_what_the_status_forbids_is_said_and_changes_nothing(office: Office, request_id):
    page = opened(office, request_id)
    answer = page.post(f"/requests/{request_id}/refuse", {"reason": "The price is wrong"})
    assert answer.status == 409
    assert answer.response.get_json()["error"].endswith(".")


@pytest.fixture
def signed_id(office: Office, request_id: str) -> str:
    """Everybody has signed; it is for Anna, who is responsible for the lead, to approve."""
    office.sign(request_id)
    return request_id


TYPED = {"signature_kind": "type", "signature_text": "Anna Schmidt"}


def test_the_responsible_employee_approves_and_downloads_the_sealed_file(office: Office, signed_id):
    page = opened(office, signed_id)
    assert (page.has("approve-box"), page.count("place") > 0) == (True, True)
    assert page.post(f"/requests/{signed_id}/approve", {**TYPED, "remember": "1"}).has("notice")
    office.work()
    done = opened(office, signed_id)
    assert (done.has("download"), done.has("verify-link"), done.has("approve-box")) == (True, True, False)
    file = done.post(f"/requests/{signed_id}/document", plain=True).response
    assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
    assert file.headers["Content-Disposition"].startswith("attachment;")


def test_a_kept_signature_is_offered_first_and_can_be_used_again(office: Office, signed_id):
    earlier = office.send(77, user=ANNA)
    office.sign(earlier)
    opened(office, earlier).post(f"/requests/{earlier}/approve", {**TYPED, "remember": "1"})
    page = opened(office, signed_id)
    assert page.has("signature-saved")
    assert page.post(f"/requests/{signed_id}/approve", {"signature_kind": "saved"}).status == 200


def test_others_may_read_but_not_approve(office: Office, signed_id):
    page = opened(office, signed_id, user=OLENA)
    assert (page.has("request"), page.has("approve-box")) == (True, False)
    assert page.post(f"/requests/{signed_id}/approve", TYPED).status == 409


def test_a_refusal_tells_its_reason(office: Office, signed_id):
    page = opened(office, signed_id)
    refused = page.post(f"/requests/{signed_id}/refuse", {"reason": "<b>The price</b> is wrong"})
    assert "&lt;b&gt;The price&lt;/b&gt; is wrong" in refused.text
    assert 'data-status="refused"' in refused.text


def test_a_signer_is_reminded_and_his_address_corrected(office: Office, request_id):
    office.work()
    page = opened(office, request_id)
    signer_id = re.findall(r'data-signer="([^"]+)"', page.text)[0]
    assert page.post(f"/requests/{request_id}/remind/{signer_id}").has("notice")
    wrong = page.post(f"/requests/{request_id}/signers/{signer_id}", {"name": "Ann", "email": "no address"})
    assert (wrong.status, wrong.response.get_json()["field"]) == (400, "email")
    right = {"name": "Ann Lee", "email": "ann.new@example.com"}
    assert "ann.new@example.com" in page.post(f"/requests/{request_id}/signers/{signer_id}", right).text


def test_a_second_reminder_on_the_same_day_is_refused_with_the_time_of_the_next(office: Office, request_id):
    office.work()
    page = opened(office, request_id)
    signer_id = re.findall(r'data-signer="([^"]+)"', page.text)[0]
    page.post(f"/requests/{request_id}/remind/{signer_id}")
    refused = page.post(f"/requests/{request_id}/remind/{signer_id}")
    assert refused.status == 409
    said = refused.response.get_json()["error"]
    assert re.search(r"was sent on \w+ \d+, \d{4}, \d\d:\d\d\. You can send the next one from .*, 00:\d\d", said), said


def test_the_deadline_is_shown_and_moved(office: Office, request_id):
    office.work()
    page = opened(office, request_id)
    moved = page.post(f"/requests/{request_id}/deadline", {"expires_on": str(soon(20))})
    assert (moved.status, moved.value("expires_on")) == (200, str(soon(20)))
    assert 'data-type="deadline_changed"' in moved.text
    for wrong in ("", "soon", str(soon(0)), "9999-12-31"):
        refused = page.post(f"/requests/{request_id}/deadline", {"expires_on": wrong})
        assert (refused.status, refused.response.get_json()["field"]) == (400, "expires_on")
    assert opened(office, request_id).value("expires_on") == str(soon(20))


def test_reminders_are_changed_and_turned_off(office: Office, request_id):
    office.work()
    page = opened(office, request_id)
    assert not page.has("reminders-off")
    on = {"remind": "1", "remind_first": "2", "remind_every": "5", "remind_most": "1", "remind_before": "1"}
    changed = page.post(f"/requests/{request_id}/reminders", on)
    assert "Reminder after 2 days; one more the day before the deadline" in changed.text
    assert changed.has("next-reminder")
    refused = page.post(f"/requests/{request_id}/reminders", on | {"remind_every": "0"})
    assert (refused.status, refused.response.get_json()["field"]) == (400, "remind_every")
    off = page.post(f"/requests/{request_id}/reminders")
    assert (off.has("next-reminder"), off.has("reminders-off")) == (False, False)
    assert "turned the reminders off" in off.text


def test_once_it_is_over_nothing_about_time_can_be_changed(office: Office, request_id):
    office.work()
    page = opened(office, request_id)
    page.post(f"/requests/{request_id}/void", {"reason": "Wrong version"})
    assert page.post(f"/requests/{request_id}/deadline", {"expires_on": str(soon(20))}).status == 409
    assert page.post(f"/requests/{request_id}/reminders", {"remind": "1"}).status == 409
    assert not opened(office, request_id).has("timing")


def test_the_end_of_the_last_day_is_told_to_the_responsible_employee_and_to_the_sender(office: Office):
    request_id = office.send(77, user=OLENA)
    office.work()
    with writing():
        Request.update(expires_at=1, due_at=1).where(Request.id == request_id).execute()
    act_on_time(office.ctx)
    office.work()
    bells = office.sandbox.portal("acme").notifications
    assert all("The time to sign" in bells.of(user)[0].text for user in (ANNA, OLENA))
    assert 'data-status="expired"' in opened(office, request_id).text


def soon(days: int) -> date:
    return utc_now().astimezone(zone_named("Europe/Berlin")).date() + timedelta(days=days)


def test_calling_back_ends_it(office: Office, request_id):
    office.work()
    ended = opened(office, request_id).post(f"/requests/{request_id}/void", {"reason": "Wrong version"})
    assert 'data-status="voided"' in ended.text
    assert "Wrong version" in ended.text
    assert not ended.has("void-open")


def test_the_cards_activity_leads_to_its_request(office: Office, request_id):
    office.work()
    row = Request.get_by_id(request_id)
    options = {"action": "view_activity", "activity_id": str(row.activity_id)}
    assert f'data-request="{request_id}"' in office.launch("/", options=options, user=ANNA).text


def test_an_approval_needs_a_signature(office: Office, request_id):
    refused = opened(office, request_id).post(f"/requests/{request_id}/approve", {})
    assert (refused.status, refused.response.get_json()["field"]) == (400, "signature")


def test_there_is_no_sealed_file_before_the_end(office: Office, request_id):
    assert opened(office, request_id).post(f"/requests/{request_id}/document").status == 404


def test_hostile_names_are_only_text(office: Office):
    page = office.composer(79, user=ANNA)
    form = looked_at(page, signer_name=['<script>alert(1)</script>"'], signer_email=["eve+tag@hostile.example"])
    sent = page.post("/composer/send", form)
    shown = opened(office, form["composer_id"])
    for text in (sent.text, shown.text):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_lists_hold_the_cards_requests_newest_first(office: Office, request_id):
    newer = office.send(77, user=ANNA)
    lines = re.findall(r'data-testid="request-line" data-request="([^"]+)"', office.tab(77, user=ANNA).text)
    assert lines.index(newer) < lines.index(request_id)


@pytest.mark.parametrize("path", ["/requests/", "/requests/x", "/requests/x/void", "/requests/x/document", "/home"])
def test_without_a_session_there_is_a_friendly_refusal(office: Office, path):
    assert office.client.post(path).status_code == 403
