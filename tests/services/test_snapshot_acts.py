"""What a snapshot means for a request, by rank: a table of where both stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import acts
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.transitions import decide
from b24app.providers.snapshot import Event, EventKind, SignerState, SignerThere, Snapshot, There
from b24app.services.snapshot_acts import Reading, acts_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
S, T, ST = Status, There, SignerThere


def request(status: Status, *signers: SignerStatus) -> SignatureRequest:
    people = tuple(
        Signer(f"s{number}", number, f"Person {number}", f"p{number}@x.example", number, status=was)
        for number, was in enumerate(signers or (SignerStatus.INVITED, SignerStatus.WAITING_TURN), start=1)
    )
    return SignatureRequest(
        "r1", "acme", "Agreement", status, people, 7, 6, True, 1, 77, expires_at=NOW, is_external=True
    )


def reading(before: SignatureRequest, there: There, *people: SignerThere, **changes) -> Reading:
    states = tuple(
        SignerState(f"t{number}", stands, email=f"p{number}@x.example") for number, stands in enumerate(people, start=1)
    )
    by_id = {f"s{number}": state for number, state in enumerate(states, start=1)}
    return replace(Reading(before, Snapshot("p1", there, states), "example", by_id), **changes)


def names(found: Reading) -> list[str]:
    return [f"{type(act).__name__}{getattr(act, 'signer_id', '')}" for act in acts_of(found)]


def after(found: Reading) -> SignatureRequest:
    made = found.request
    for act in acts_of(found):
        made, _events = decide(made, act, NOW)
    return made


@pytest.mark.parametrize(
    ("status", "there", "people", "expected"),
    [
        (S.SENDING, T.SENDING, (ST.WAITING_TURN, ST.WAITING_TURN), []),
        (S.SENDING, T.DRAFT, (), []),
        (S.SENDING, T.UNKNOWN, (), []),
        (S.SENDING, T.IN_PROGRESS, (ST.PENDING, ST.WAITING_TURN), ["Invite"]),
        (S.SENDING, T.IN_PROGRESS, (ST.VIEWED, ST.WAITING_TURN), ["Invite", "ReportViews1"]),
        (S.SENDING, T.COMPLETED, (ST.SIGNED, ST.SIGNED), ["Invite", "ReportSigns1", "ReportSigns2"]),
        (S.SENDING, T.EXPIRED, (ST.EXPIRED, ST.EXPIRED), ["Invite", "ReportExpiry"]),
        (S.SENDING, T.CANCELLED, (), ["ReportCancel"]),
        (S.SENDING, T.FAILED, (), ["ReportFailure"]),
        (S.AWAITING_SIGNATURES, T.IN_PROGRESS, (ST.PENDING, ST.WAITING_TURN), []),
        (S.AWAITING_SIGNATURES, T.IN_PROGRESS, (ST.VIEWED, ST.PENDING), ["ReportViews1"]),
        (S.AWAITING_SIGNATURES, T.IN_PROGRESS, (ST.SIGNED, ST.PENDING), ["ReportSigns1"]),
        (S.AWAITING_SIGNATURES, T.IN_PROGRESS, (ST.BOUNCED, ST.WAITING_TURN), ["ReportBounces1"]),
        (S.AWAITING_SIGNATURES, T.COMPLETED, (ST.SIGNED, ST.SIGNED), ["ReportSigns1", "ReportSigns2"]),
        (S.AWAITING_SIGNATURES, T.COMPLETED, (ST.SIGNED, ST.UNKNOWN), ["ReportSigns1", "ReportSigns2"]),
        (S.AWAITING_SIGNATURES, T.COMPLETED, (), ["ReportSigns1", "ReportSigns2"]),
        (S.AWAITING_SIGNATURES, T.DECLINED, (ST.SIGNED, ST.DECLINED), ["ReportSigns1", "ReportDeclines2"]),
        (S.AWAITING_SIGNATURES, T.DECLINED, (ST.UNKNOWN, ST.UNKNOWN), ["ReportDeclines1"]),
        (S.AWAITING_SIGNATURES, T.EXPIRED, (ST.SIGNED, ST.EXPIRED), ["ReportSigns1", "ReportExpiry"]),
        (S.AWAITING_SIGNATURES, T.CANCELLED, (ST.VIEWED, ST.PENDING), ["ReportCancel"]),
        (S.AWAITING_SIGNATURES, T.CANCELLING, (ST.VIEWED, ST.PENDING), ["ReportViews1"]),
        (S.AWAITING_SIGNATURES, T.FAILED, (ST.SIGNED, ST.FAILED), ["ReportFailure"]),
        (S.AWAITING_SIGNATURES, T.UNKNOWN, (ST.UNKNOWN, ST.UNKNOWN), []),
        (S.CLOSING, T.IN_PROGRESS, (ST.VIEWED, ST.PENDING), []),
        (S.CLOSING, T.CANCELLING, (ST.SIGNED, ST.PENDING), ["ReportSigns1"]),
        (S.CLOSING, T.CANCELLED, (ST.PENDING, ST.PENDING), ["ReportCancel"]),
        (S.CLOSING, T.EXPIRED, (ST.EXPIRED, ST.EXPIRED), ["ReportExpiry"]),
        (S.CLOSING, T.COMPLETED, (ST.SIGNED, ST.SIGNED), ["ReportSigns1", "ReportSigns2"]),
        (S.CLOSING, T.DECLINED, (ST.DECLINED, ST.PENDING), ["ReportDeclines1"]),
        (S.CLOSING, T.FAILED, (), ["ReportCancel"]),
    ],
)
def test_where_both_stand(status, there, people, expected):
    assert names(reading(request(status), there, *people)) == expected


@pytest.mark.parametrize("status", sorted(set(S) - {S.SENDING, S.AWAITING_SIGNATURES, S.CLOSING}))
@pytest.mark.parametrize("there", list(There))
def test_a_request_the_provider_has_no_say_in_is_left(status, there):
    assert names(reading(request(status), there, ST.SIGNED, ST.DECLINED)) == []


statuses = st.sampled_from([S.SENDING, S.AWAITING_SIGNATURES, S.CLOSING])
here = st.sampled_from([s for s in SignerStatus if s not in (SignerStatus.DECLINED, SignerStatus.DELEGATED)])


@given(statuses, here, here, st.sampled_from(list(There)), st.sampled_from(list(ST)), st.sampled_from(list(ST)))
def test_every_snapshot_can_be_applied_and_a_second_time_changes_nothing(status, ann, marco, there, first, second):
    if status is S.SENDING:
        ann = marco = SignerStatus.WAITING_TURN
    if ann is marco is SignerStatus.SIGNED:  # nobody is left to wait for
        marco = SignerStatus.INVITED
    before = replace(request(status, ann, marco), ends_as=S.VOIDED if status is S.CLOSING else None)
    made = after(reading(before, there, first, second))
    assert names(reading(made, there, first, second)) == []


def test_a_signature_is_never_taken_back():
    signed = request(S.AWAITING_SIGNATURES, SignerStatus.SIGNED, SignerStatus.INVITED)
    assert names(reading(signed, T.IN_PROGRESS, ST.VIEWED, ST.PENDING)) == []


def test_when_nobody_is_named_as_declining_it_is_not_one_who_has_signed():
    signed = request(S.AWAITING_SIGNATURES, SignerStatus.SIGNED, SignerStatus.INVITED)
    assert names(reading(signed, T.DECLINED, ST.UNKNOWN, ST.UNKNOWN)) == ["ReportDeclines2"]


def test_a_bounce_told_by_an_event_counts_while_he_has_done_nothing_there():
    bounce = {"t1": Event(EventKind.SIGNER_BOUNCED, "p1", "t1", reason="No such mailbox")}
    waiting = reading(request(S.AWAITING_SIGNATURES), T.IN_PROGRESS, ST.PENDING, ST.WAITING_TURN, bounces=bounce)
    [act] = acts_of(waiting)
    assert isinstance(act, acts.ReportBounce)
    assert act.detail == "No such mailbox"
    looked = reading(request(S.AWAITING_SIGNATURES), T.IN_PROGRESS, ST.SIGNED, ST.WAITING_TURN, bounces=bounce)
    assert names(looked) == ["ReportSigns1"]


@pytest.mark.parametrize("stands", [ST.VIEWED, ST.BOUNCED])
def test_what_is_told_of_a_former_address_does_not_count(stands):
    before = request(S.AWAITING_SIGNATURES)
    corrected = replace(before, signers=(replace(before.signers[0], email="new@x.example"), before.signers[1]))
    assert names(reading(corrected, T.IN_PROGRESS, stands, ST.WAITING_TURN)) == []


def test_who_signed_under_another_name_stands_in_the_trail():
    state = SignerState("t1", ST.SIGNED, at=NOW, name="Annabel", email="p1@X.example", ip="203.0.113.7")
    found = reading(request(S.AWAITING_SIGNATURES), T.IN_PROGRESS, states={"s1": state})
    [act] = acts_of(found)
    assert isinstance(act, acts.ReportSign)
    assert act.told.data() == {
        "provider": "example", "provider_at": NOW.isoformat(), "ip": "203.0.113.7", "provider_name": "Annabel",
    }  # fmt: skip
