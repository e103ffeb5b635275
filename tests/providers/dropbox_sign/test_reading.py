"""What answers mean: statuses, signers found again, errors by name and by number."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.domain.signature_request import Signer
from b24app.errors import AppError, OutcomeUnknown, ProviderError, Trouble
from b24app.providers.base import Opens
from b24app.providers.dropbox_sign import errors, reading
from b24app.providers.snapshot import SignerThere, There

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def signature(id: str = "s1", status: str = "awaiting_signature", **more: Any) -> dict[str, Any]:
    known = {"signature_id": id, "signer_email_address": f"{id}@x.example", "signer_name": id, "order": None}
    return {**known, "status_code": status, "signed_at": None, "last_viewed_at": None, **more}


def request(*signatures: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"is_complete": False, "is_declined": False, "has_error": False, "metadata": {}}
    return {"signature_request_id": "r1", **known, "signatures": list(signatures), **more}


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (request(signature()), There.IN_PROGRESS),
        (request(signature(status="signed"), is_complete=True), There.COMPLETED),
        (request(signature(status="declined"), is_declined=True), There.DECLINED),
        (request(signature(status="expired")), There.EXPIRED),
        (request(signature("a", "signed"), signature("b", "expired")), There.EXPIRED),
        (request(signature(status="error_file"), has_error=True), There.FAILED),
        (request(signature(status="error_text_tag")), There.FAILED),
        (request(signature(), has_error=True), There.FAILED),
        (request(signature(status="error_invalid_email")), There.IN_PROGRESS),
        (request(signature(status="error_invalid_email"), has_error=True), There.IN_PROGRESS),
        (request(signature(status="on_hold")), There.SENDING),
        (request(signature(status="something_new")), There.IN_PROGRESS),
        (request(signature(status="expired"), is_complete=True), There.COMPLETED),
    ],
)
def test_where_a_request_stands(found, status):
    assert reading.snapshot(found).status is status


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (signature(), SignerThere.PENDING),
        (signature(last_viewed_at=1), SignerThere.VIEWED),
        (signature(status="signed", last_viewed_at=1), SignerThere.SIGNED),
        (signature(status="on_hold_by_requester"), SignerThere.ON_HOLD),
        (signature(status="error_invalid_email"), SignerThere.BOUNCED),
        (signature(status="success"), SignerThere.UNKNOWN),
        (signature(status="something_new"), SignerThere.UNKNOWN),
        (signature(status=None), SignerThere.UNKNOWN),
    ],
)  # fmt: skip
def test_where_a_signer_stands(one, status):
    [state] = reading.snapshot(request(one)).signers
    assert state.status is status


def test_whose_turn_it_is_not_waits():
    found = reading.snapshot(
        request(signature("a", "signed", order=0), signature("b", order=1), signature("c", order=2))
    )
    assert [state.status for state in found.signers] == [
        SignerThere.SIGNED, SignerThere.PENDING, SignerThere.WAITING_TURN,
    ]  # fmt: skip


def test_dates_and_reasons_are_read():
    signed = signature("a", "signed", signed_at=1767268800)
    declined = signature("b", "declined", decline_reason="Wrong price")
    found = reading.snapshot(request(signed, declined, is_declined=True))
    assert found.reason == "Wrong price"
    assert found.signers[0].at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert reading.snapshot(request(signed, is_complete=True)).ended_at == found.signers[0].at


def test_a_signer_readdressed_there_is_found_under_his_former_id_too():
    found = reading.snapshot(request(signature("new", last_viewed_at=5, reassigned_from="old")))
    assert [(state.signer_ref, state.status) for state in found.signers] == [
        ("new", SignerThere.VIEWED),
        ("old", SignerThere.VIEWED),
    ]
    state = reading.signer(request(signature("new", reassigned_from="old")), "old")
    assert state is not None
    assert state.signer_ref == "new"
    assert reading.signer(request(signature("new")), "old") is None


def people(*named: tuple[str, str]) -> list[Signer]:
    return [Signer(f"our-{n}", n, name, email, order=1) for n, (name, email) in enumerate(named, start=1)]


def test_two_people_of_one_address_are_told_by_their_names():
    signatures = [
        signature("s2", signer_email_address="Office@x.example", signer_name="Bo"),
        signature("s1", signer_email_address="office@x.example", signer_name="Al"),
        signature("s3", signer_email_address="c@x.example", signer_name="Al"),
    ]
    signers = people(("Al", "office@x.example"), ("Bo", "office@x.example"), ("Al", "c@x.example"))
    assert reading.signature_ids(signatures, signers) == {"our-1": "s1", "our-2": "s2", "our-3": "s3"}


def test_namesakes_of_one_address_are_told_by_their_places():
    signatures = [signature(id, signer_email_address="o@x.example", signer_name="Al") for id in ("s1", "s2")]
    signers = people(("Al", "o@x.example"), ("Al", "o@x.example"))
    assert reading.signature_ids(signatures, signers) == {"our-1": "s1", "our-2": "s2"}


def test_a_signing_link_is_unescaped():
    link = reading.link({"embedded": {"sign_url": "https://a.example/?x=1&amp;token=2", "expires_at": 1767268800}})
    assert link.url == "https://a.example/?x=1&token=2"
    assert (link.single_use, link.opens) == (True, Opens.FRAME)


@pytest.mark.parametrize("value", [None, "", "soon", [], 1e30, 10**20, {}, 5.5])
def test_a_moment_that_is_none_is_none(value):
    assert reading.moment(value) is None


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "bad_request", Trouble.INVALID),
        (401, "unauthorized", Trouble.AUTH_FAILED),
        (402, "payment_required", Trouble.PLAN_LIMIT),
        (403, "forbidden", Trouble.FORBIDDEN),
        (404, "not_found", Trouble.NOT_FOUND),
        (409, "conflict", Trouble.NOT_READY),
        (410, "deleted", Trouble.GONE),
        (422, "unprocessable_entity", Trouble.INVALID),
        (429, "exceeded_rate", Trouble.RATE_LIMITED),
        (405, "method_not_supported", Trouble.UNSUPPORTED),
        (500, "unknown", Trouble.UNAVAILABLE),
        (503, "unavailable", Trouble.UNAVAILABLE),
        (503, "maintenance", Trouble.UNAVAILABLE),
        (400, "invalid_recipient", Trouble.INVALID),
        (400, "invalid_reminder", Trouble.TOO_SOON),
        (400, "signature_request_cancel_failed", Trouble.CONFLICT),
        (400, "signature_request_remove_failed", Trouble.CONFLICT),
        (402, "a_new_name", Trouble.PLAN_LIMIT),
        (418, "a_new_name", Trouble.UNAVAILABLE),
        (302, "", Trouble.UNAVAILABLE),
    ],
)
def test_every_error_of_the_service_has_a_meaning(status, name, kind):
    error = trouble(status, name)
    assert isinstance(error, ProviderError)
    assert error.kind is kind
    assert "Ann" not in str(error)


@pytest.mark.parametrize(
    ("status", "name", "is_known"),
    [
        (500, "unknown", False), (502, "", False), (504, "", False), (409, "conflict", False), (503, "", False),
        (503, "maintenance", True), (503, "unavailable", True), (400, "bad_request", True),
        (429, "exceeded_rate", True), (402, "payment_required", True), (401, "unauthorized", True),
    ],
)  # fmt: skip
def test_a_write_that_met_a_failing_server_may_have_been_done(status, name, is_known):
    assert isinstance(trouble(status, name, is_write=True), OutcomeUnknown) is not is_known


def trouble(status: int, name: str, *, is_write: bool = False, **headers: str) -> AppError:
    said = {"error": {"error_name": name, "error_msg": "Ann Lee <ann@lee.example> is unknown"}} if name else None
    body = json.dumps(said).encode() if said else b"<h1>Bad gateway</h1>"
    return errors.trouble(status, headers, body, NOW, is_write=is_write)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"X-Ratelimit-Reset": str(int(NOW.timestamp()) + 42)}, 42),
        ({"X-Ratelimit-Reset": str(int(NOW.timestamp()) - 5)}, 0),
        ({"X-Ratelimit-Reset": "30"}, 30),
        ({"Retry-After": "7"}, 7),
        ({"X-Ratelimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers, wait_s):
    error = trouble(429, "exceeded_rate", **headers)
    assert isinstance(error, ProviderError)
    assert error.retry_after_s == wait_s


def test_entries_of_kinds_and_forms_nobody_knows_do_no_harm():
    """Values of ticks come as booleans, and as text for those that were put in beforehand."""
    told = [
        {"api_id": "a", "type": "text", "value": "PO\0-2"},
        {"api_id": "b", "type": "checkbox", "value": False},
        {"api_id": "c", "type": "checkbox-merge", "value": "true"},
        {"api_id": "d", "type": "signature", "value": "x"},
        {"api_id": "e", "type": "something_new", "value": {"odd": 1}},
        "odd",
    ]
    assert reading.snapshot(request(signature(), response_data=told)).entries == {
        "a": "PO-2",
        "b": "",
        "c": "yes",
        "e": "",
    }
    assert reading.snapshot(request(signature(), response_data=None)).entries == {}
