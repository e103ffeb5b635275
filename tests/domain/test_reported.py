"""What a provider reports: no turn or consent is asked again, our dates hold, a signed document wins over an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.domain import acts
from b24app.domain.events import EventType
from b24app.domain.signature_request import SignerStatus, Status
from b24app.domain.transitions import decide
from b24app.errors import NotAllowed
from tests.domain.test_transitions import NOW, SENDER, TOLD, request, types

S = Status
LATER = NOW + timedelta(minutes=5)


def outside(status: Status = S.AWAITING_SIGNATURES, **changes):
    return replace(request(status, expires_at=NOW), is_external=True, **changes)


def closing(ends_as: Status = S.VOIDED, reason: str = "Mistake"):
    return outside(S.CLOSING, ends_as=ends_as, reason=reason)


def only_ann(made):
    return replace(made, signers=made.signers[:1])


def test_a_reported_signature_needs_no_turn_and_no_consent():
    after, events = decide(outside(), acts.ReportSign("b", TOLD), NOW)
    assert after.signers[1].status is SignerStatus.SIGNED
    assert types(events) == [EventType.SIGNER_SIGNED]


def test_our_date_is_put_and_the_providers_stands_beside_it():
    after, [event, _invited] = decide(outside(), acts.ReportSign("a", TOLD), LATER)
    assert (after.signers[0].signed_at, event.at) == (LATER, LATER)
    assert event.data["provider_at"] == TOLD.at.isoformat()
    assert event.data["ip"] == "203.0.113.9"


@pytest.mark.parametrize(
    "act", [acts.ReportSign("a", TOLD), acts.ReportView("a", TOLD), acts.ReportDecline("a", "", TOLD)]
)
def test_who_has_signed_is_not_changed_by_a_later_report(act):
    after, _events = decide(outside(), acts.ReportSign("a", TOLD), NOW)
    with pytest.raises(NotAllowed, match="already responded"):
        decide(after, act, NOW)


def test_a_second_reported_view_changes_nothing():
    after, _events = decide(outside(), acts.ReportView("a", TOLD), NOW)
    assert decide(after, acts.ReportView("a", TOLD), LATER) == (after, [])


def test_a_bounced_signer_may_still_sign():
    bounced, _events = decide(outside(), acts.ReportBounce("a", "full", TOLD), NOW)
    assert decide(bounced, acts.ReportSign("a", TOLD), NOW)[0].signers[0].status is SignerStatus.SIGNED


@pytest.mark.parametrize(
    ("act", "ends_as", "reason"),
    [(acts.Void(SENDER, "Mistake"), S.VOIDED, "Mistake"), (acts.Expire(), S.EXPIRED, "")],
)
def test_ending_waits_for_the_provider(act, ends_as, reason):
    after, events = decide(outside(), act, NOW)
    assert (after.status, after.ends_as, after.reason, after.ended_at) == (S.CLOSING, ends_as, reason, None)
    assert types(events) == [EventType.REQUEST_CLOSING]


@pytest.mark.parametrize("act", [acts.Void(SENDER, "Mistake"), acts.Expire()])
def test_nothing_is_asked_of_the_provider_once_everybody_has_signed(act):
    assert decide(outside(S.AWAITING_APPROVAL), act, NOW)[0].status in (S.VOIDED, S.EXPIRED)


@pytest.mark.parametrize(
    ("ends_as", "reason", "expected"),
    [(S.VOIDED, "Mistake", EventType.REQUEST_VOIDED), (S.EXPIRED, "", EventType.REQUEST_EXPIRED)],
)
def test_a_confirmed_end_is_the_one_that_was_wished_for(ends_as, reason, expected):
    after, [event] = decide(closing(ends_as, reason), acts.ReportCancel("by API", TOLD), LATER)
    assert (after.status, after.reason, after.ended_at, after.ends_as) == (ends_as, reason, LATER, None)
    assert event.type is expected


def test_what_is_cancelled_at_the_provider_by_others_is_withdrawn_for_their_reason():
    after, _events = decide(outside(), acts.ReportCancel("Wrong price", TOLD), NOW)
    assert (after.status, after.reason) == (S.VOIDED, "Wrong price")


@pytest.mark.parametrize("approval", [(True, S.AWAITING_APPROVAL), (False, S.COMPLETING)])
def test_the_last_signature_wins_over_a_pending_end(approval):
    needs, expected = approval
    before = replace(only_ann(closing()), needs_approval=needs)
    after, events = decide(before, acts.ReportSign("a", TOLD), NOW)
    assert (after.status, after.ends_as, after.reason) == (expected, None, "")
    assert types(events) == [EventType.SIGNER_SIGNED, EventType.ALL_SIGNED]


def test_a_deadline_that_was_overtaken_is_gone():
    after, _events = decide(only_ann(closing(S.EXPIRED, "")), acts.ReportSign("a", TOLD), NOW)
    assert after.expires_at is None


def test_one_of_two_signatures_does_not_stop_a_pending_end():
    after, events = decide(closing(), acts.ReportSign("a", TOLD), NOW)
    assert (after.status, after.ends_as) == (S.CLOSING, S.VOIDED)
    assert types(events) == [EventType.SIGNER_SIGNED]


def test_a_decline_may_come_without_a_reason():
    after, [event] = decide(outside(), acts.ReportDecline("a", " ", TOLD), NOW)
    assert (after.status, after.reason, event.data["reason"]) == (S.DECLINED, "", "")


def test_what_failed_at_the_provider_is_sent_anew_by_a_retry():
    failed, _events = decide(outside(), acts.ReportFailure("Cannot be converted", TOLD), NOW)
    assert {signer.status for signer in failed.signers} == {SignerStatus.WAITING_TURN}
    assert decide(failed, acts.Retry(SENDER), NOW)[0].status is S.SENDING
