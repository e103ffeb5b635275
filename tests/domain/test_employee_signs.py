"""An employee who signs last at the provider, from within Bitrix24: no letters, no reminders, found where he looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b24app.domain.acts import ChangeSigner, Remind, ReportSign, SendThrough, Told
from b24app.domain.findable import approval_mark, words_of
from b24app.domain.reminders import Reminders
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.timetable import next_moment
from b24app.domain.transitions import decide
from b24app.errors import NotAllowed

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
ANNA = 6


def request() -> SignatureRequest:
    """Ann's turn; Anna signs behind her."""
    ann = Signer("a", 1, "Ann Lee", "ann@lee.example", 1, status=SignerStatus.INVITED, invited_at=NOW)
    anna = Signer("e", 2, "Anna Schmidt", "anna@acme.example", 2, employee=ANNA)
    reminders = Reminders(first_days=1, every_days=1, most=3, before_deadline=False)
    return SignatureRequest(
        "r1", "acme", "Agreement", Status.AWAITING_SIGNATURES, (ann, anna), 7, ANNA, False, 1, 77,
        reminders=reminders, is_external=True,
    )  # fmt: skip


def in_turn() -> SignatureRequest:
    return decide(request(), ReportSign("a", Told("docusign")), NOW)[0]


def test_it_waits_for_him_once_everybody_else_has_signed():
    assert request().employee_in_turn is None
    assert in_turn().employee_in_turn == in_turn().signer("e")
    assert approval_mark(ANNA) in words_of(in_turn(), is_troubled=False)
    assert approval_mark(ANNA) not in words_of(request(), is_troubled=False)


def test_only_his_signature_completes_it():
    done, _ = decide(in_turn(), ReportSign("e", Told("docusign")), NOW)
    assert (done.status, done.employee_in_turn) == (Status.COMPLETING, None)


def test_nobody_writes_to_him():
    assert next_moment(request(), NOW) is not None
    assert next_moment(in_turn(), NOW) is None
    for act in (Remind("e", 7), Remind("e"), ChangeSigner("e", "Anna", "anna@other.example", 7)):
        with pytest.raises(NotAllowed, match="within Bitrix24"):
            decide(in_turn(), act, NOW + timedelta(days=3))


def test_through_another_service_he_signs_as_everybody_does():
    unasked = tuple(replace(signer, status=SignerStatus.WAITING_TURN) for signer in request().signers)
    stuck = replace(request(), status=Status.FAILED, signers=unasked)
    moved, _ = decide(stuck, SendThrough(7, "DocuSign", "Paraph", False, False, can_remind=True), NOW)
    assert [signer.employee for signer in moved.signing] == [0, 0]
