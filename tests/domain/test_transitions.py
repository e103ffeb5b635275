"""Every pair (status, act) in one table, refused ones included; then what the allowed ones do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b24app.domain import acts
from b24app.domain.events import SYSTEM, EventType
from b24app.domain.reminders import Reminders
from b24app.domain.signature_request import TERMINAL, Role, SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.transitions import RULES, decide, may
from b24app.errors import NotAllowed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RESPONSIBLE, SENDER = 6, 7
LAW = "law@office.example"
TOLD = acts.Told("example", datetime(2026, 11, 24, 11, 59, tzinfo=UTC), ip="203.0.113.9")
OTHER = acts.Difference("lead.UF_CRM_X", "Start", "2026-12-07", "2026-12-09")

S = Status
ACTS = {
    acts.Send: acts.Send(SENDER, "sha"),
    acts.Invite: acts.Invite(),
    acts.RecordLetter: acts.RecordLetter("a"),
    acts.View: acts.View("a", "203.0.113.9", "Phone"),
    acts.Consent: acts.Consent("a", "text"),
    acts.Correct: acts.Correct("a", "Ann B. Lee", "Lee Ltd"),
    acts.Sign: acts.Sign("a", "values"),
    acts.Decline: acts.Decline("a", "Wrong price"),
    acts.Bounce: acts.Bounce("a"),
    acts.ChangeSigner: acts.ChangeSigner("a", "Ann", "ann@new.example", SENDER),
    acts.ChangeCopy: acts.ChangeCopy("c", "law@new.example", SENDER),
    acts.Remind: acts.Remind("a", SENDER),
    acts.ChangeDeadline: acts.ChangeDeadline(NOW + timedelta(days=9), SENDER),
    acts.ChangeReminders: acts.ChangeReminders(Reminders(), SENDER),
    acts.Approve: acts.Approve(RESPONSIBLE, "values"),
    acts.Refuse: acts.Refuse(RESPONSIBLE, "Not agreed"),
    acts.Void: acts.Void(SENDER, "Mistake"),
    acts.Expire: acts.Expire(),
    acts.Seal: acts.Seal("sha"),
    acts.Fail: acts.Fail("Broken"),
    acts.Retry: acts.Retry(SENDER),
    acts.NoteDrift: acts.NoteDrift((OTHER,)),
    acts.NoteConflict: acts.NoteConflict((OTHER,)),
    acts.SettleConflict: acts.SettleConflict(SENDER, OTHER),
    acts.SendThrough: acts.SendThrough(SENDER, "Their account", "Paraph", False, False, True),
    acts.ReportView: acts.ReportView("a", TOLD),
    acts.ReportSign: acts.ReportSign("a", TOLD),
    acts.ReportDecline: acts.ReportDecline("a", "", TOLD),
    acts.ReportBounce: acts.ReportBounce("a", "No such mailbox", TOLD),
    acts.ReportExpiry: acts.ReportExpiry(TOLD),
    acts.ReportCancel: acts.ReportCancel("Cancelled there", TOLD),
    acts.ReportFailure: acts.ReportFailure("Cannot be converted", TOLD),
}

FITTING = {
    acts.Invite: {"status": SignerStatus.WAITING_TURN},
    acts.SendThrough: {"status": SignerStatus.WAITING_TURN},
    acts.Consent: {"consented_at": None},
    acts.Void: {"status": SignerStatus.WAITING_TURN},
}
"""What the first signer must be like for the act to make a difference."""

ELSEWHERE = {acts.Void: {S.SENDING, S.FAILED}}
"""Where an act needs a request that a provider is to have."""

ALLOWED = {
    acts.Send: {S.DRAFT},
    acts.Invite: {S.SENDING},
    acts.RecordLetter: set(Status) - {S.DRAFT, S.SENDING},
    acts.View: {S.AWAITING_SIGNATURES},
    acts.Consent: {S.AWAITING_SIGNATURES},
    acts.Correct: {S.AWAITING_SIGNATURES},
    acts.Sign: {S.AWAITING_SIGNATURES},
    acts.Decline: {S.AWAITING_SIGNATURES},
    acts.Bounce: {S.AWAITING_SIGNATURES},
    acts.ChangeSigner: {S.AWAITING_SIGNATURES},
    acts.ChangeCopy: {S.AWAITING_SIGNATURES, S.AWAITING_APPROVAL, S.COMPLETING, S.COMPLETED},
    acts.Remind: {S.AWAITING_SIGNATURES},
    acts.ChangeDeadline: {S.AWAITING_SIGNATURES, S.AWAITING_APPROVAL},
    acts.ChangeReminders: {S.AWAITING_SIGNATURES},
    acts.Approve: {S.AWAITING_APPROVAL},
    acts.Refuse: {S.AWAITING_APPROVAL},
    acts.Void: {S.SENDING, S.AWAITING_SIGNATURES, S.AWAITING_APPROVAL, S.FAILED},
    acts.Expire: {S.AWAITING_SIGNATURES, S.AWAITING_APPROVAL},
    acts.Seal: {S.COMPLETING},
    acts.Fail: {S.SENDING, S.AWAITING_SIGNATURES, S.COMPLETING},
    acts.Retry: {S.FAILED},
    acts.NoteDrift: {S.AWAITING_SIGNATURES, S.AWAITING_APPROVAL},
    acts.NoteConflict: {S.COMPLETED},
    acts.SettleConflict: {S.COMPLETED},
    acts.SendThrough: {S.SENDING, S.FAILED},
    acts.ReportView: {S.AWAITING_SIGNATURES},
    acts.ReportSign: {S.AWAITING_SIGNATURES, S.CLOSING},
    acts.ReportDecline: {S.AWAITING_SIGNATURES, S.CLOSING},
    acts.ReportBounce: {S.AWAITING_SIGNATURES},
    acts.ReportExpiry: {S.AWAITING_SIGNATURES, S.CLOSING},
    acts.ReportCancel: {S.SENDING, S.AWAITING_SIGNATURES, S.CLOSING},
    acts.ReportFailure: {S.SENDING, S.AWAITING_SIGNATURES},
}


def request(status: Status = S.AWAITING_SIGNATURES, **changes) -> SignatureRequest:
    ann = Signer("a", 1, "Ann Lee", "ann@lee.example", 1, status=SignerStatus.INVITED, consented_at=NOW)
    marco = Signer("b", 2, "Marco Rossi", "marco@rossi.example", 2)
    made = SignatureRequest(
        "r1", "acme", "Agreement", status, (ann, marco), SENDER, RESPONSIBLE, True, 1, 77, expires_at=NOW
    )
    return replace(made, **changes)


def with_copy(made: SignatureRequest) -> SignatureRequest:
    return replace(made, signers=(*made.signers, Signer("c", 3, LAW, LAW, 0, role=Role.COPY)))


def with_ann(signer_changes: dict, **changes) -> SignatureRequest:
    made = request(**changes)
    return made.with_signer(made.signers[0], **signer_changes)


def types(events) -> list[EventType]:
    return [event.type for event in events]


def test_the_table_names_every_act():
    assert set(ACTS) == set(ALLOWED) == set(RULES)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("act_type", list(ACTS))
def test_every_status_and_act(status, act_type):
    is_external = status in ELSEWHERE.get(act_type, ())
    before = with_copy(with_ann(FITTING.get(act_type, {}), status=status, is_external=is_external))
    assert may(before, act_type) == (status in ALLOWED[act_type])
    if status in ALLOWED[act_type]:
        after, events = decide(before, ACTS[act_type], NOW)
        assert events
        assert all(event.at == NOW for event in events)
        assert after.id == before.id
    else:
        with pytest.raises(NotAllowed):
            decide(before, ACTS[act_type], NOW)


@pytest.mark.parametrize("status", list(Status))
def test_the_system_may_remind_where_an_employee_may(status):
    asked = with_ann({"invited_at": NOW - timedelta(days=3)}, status=status, reminders=Reminders(), expires_at=None)
    if status in ALLOWED[acts.Remind]:
        [event] = decide(asked, acts.Remind("a"), NOW)[1]
        assert (event.actor, event.data) == (SYSTEM, {"automatic": True})
    else:
        with pytest.raises(NotAllowed):
            decide(asked, acts.Remind("a"), NOW)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_terminal_status_never_changes(status):
    for act_type, act in ACTS.items():
        if status in ALLOWED[act_type]:
            assert decide(with_copy(request(status)), act, NOW)[0].status is status


def test_sending_needs_somebody_who_signs():
    with pytest.raises(NotAllowed, match="at least one"):
        decide(request(S.DRAFT, signers=()), acts.Send(SENDER, "sha"), NOW)


def test_only_the_first_turn_is_invited():
    waiting = with_ann({"status": SignerStatus.WAITING_TURN}, status=S.SENDING)
    after, events = decide(waiting, acts.Invite(), NOW)
    assert [s.status for s in after.signers] == [SignerStatus.INVITED, SignerStatus.WAITING_TURN]
    assert types(events) == [EventType.SIGNER_INVITED]


def test_equal_orders_are_invited_together():
    both = request(S.SENDING)
    both = replace(both, signers=tuple(replace(s, order=1, status=SignerStatus.WAITING_TURN) for s in both.signers))
    _after, events = decide(both, acts.Invite(), NOW)
    assert [event.signer_id for event in events] == ["a", "b"]


def test_second_signer_waits_for_the_first():
    with pytest.raises(NotAllowed, match="turn"):
        decide(request(), acts.Sign("b", "values"), NOW)


def test_signing_needs_consent_first():
    with pytest.raises(NotAllowed, match="Agree"):
        decide(with_ann({"consented_at": None}), acts.Sign("a", "values"), NOW)


def test_a_signature_carries_the_servers_time_and_invites_the_next():
    after, events = decide(request(), acts.Sign("a", "values", "203.0.113.9", "Phone"), NOW)
    assert after.signers[0].signed_at == NOW
    assert after.status is S.AWAITING_SIGNATURES
    assert types(events) == [EventType.SIGNER_SIGNED, EventType.SIGNER_INVITED]
    assert events[0].data["ip"] == "203.0.113.9"


@pytest.mark.parametrize(("needs_approval", "expected"), [(True, S.AWAITING_APPROVAL), (False, S.COMPLETING)])
def test_the_last_signature_leads_to_approval_or_completion(needs_approval, expected):
    last = with_ann({}, needs_approval=needs_approval)
    last = replace(last, signers=last.signers[:1])
    after, events = decide(last, acts.Sign("a", "values"), NOW)
    assert after.status is expected
    assert types(events) == [EventType.SIGNER_SIGNED, EventType.ALL_SIGNED]


def test_signing_twice_is_refused():
    after, _events = decide(request(), acts.Sign("a", "values"), NOW)
    with pytest.raises(NotAllowed, match="already signed"):
        decide(after, acts.Sign("a", "values"), NOW)


def test_a_second_view_changes_nothing():
    after, _events = decide(request(), acts.View("a"), NOW)
    again, events = decide(after, acts.View("a"), NOW + timedelta(hours=1))
    assert again == after
    assert events == []


def test_declining_needs_a_reason_and_ends_the_request():
    with pytest.raises(NotAllowed, match="reason"):
        decide(request(), acts.Decline("a", "  "), NOW)
    after, _events = decide(request(), acts.Decline("a", " Wrong price "), NOW)
    assert (after.status, after.reason, after.ended_at) == (S.DECLINED, "Wrong price", NOW)


@pytest.mark.parametrize("act", [acts.Approve(99, "values"), acts.Refuse(99, "no")])
def test_only_the_responsible_employee_approves_or_refuses(act):
    with pytest.raises(NotAllowed, match="responsible"):
        decide(request(S.AWAITING_APPROVAL), act, NOW)


def test_a_request_does_not_expire_early():
    with pytest.raises(NotAllowed, match="deadline"):
        decide(request(expires_at=NOW + timedelta(seconds=1)), acts.Expire(), NOW)


def test_a_corrected_address_needs_a_new_consent():
    after, events = decide(request(), acts.ChangeSigner("a", "Ann", "ann@new.example", SENDER), NOW)
    assert (after.signers[0].email, after.signers[0].consented_at) == ("ann@new.example", None)
    assert events[0].data["was"]["email"] == "ann@lee.example"


def test_an_address_for_a_copy_is_corrected_after_the_end_too():
    done, [event] = decide(with_copy(request(S.COMPLETED)), acts.ChangeCopy("c", "law@new.example", SENDER), NOW)
    assert (done.copies[0].name, done.copies[0].email, done.status) == (
        "law@new.example",
        "law@new.example",
        S.COMPLETED,
    )
    assert event.data == {"was": {"email": LAW}, "email": "law@new.example"}
    with pytest.raises(NotAllowed, match="signs the document"):
        decide(request(), acts.ChangeCopy("a", "x@y.example", SENDER), NOW)
    with pytest.raises(NotAllowed, match="signing service sends the copies"):
        decide(with_copy(request(is_external=True)), acts.ChangeCopy("c", "x@y.example", SENDER), NOW)


def test_a_signer_who_answered_cannot_be_changed():
    signed, _events = decide(request(), acts.Sign("a", "values"), NOW)
    with pytest.raises(NotAllowed, match="already responded"):
        decide(signed, acts.ChangeSigner("a", "Ann", "x@y.example", SENDER), NOW)


@pytest.mark.parametrize(
    ("signers", "expected"),
    [
        ([SignerStatus.WAITING_TURN, SignerStatus.WAITING_TURN], S.SENDING),
        ([SignerStatus.SIGNED, SignerStatus.INVITED], S.AWAITING_SIGNATURES),
        ([SignerStatus.SIGNED, SignerStatus.SIGNED], S.COMPLETING),
    ],
)
def test_a_retry_goes_back_to_where_the_work_stopped(signers, expected):
    failed = request(S.FAILED)
    failed = replace(failed, signers=tuple(replace(s, status=x) for s, x in zip(failed.signers, signers, strict=True)))
    assert decide(failed, acts.Retry(SENDER), NOW)[0].status is expected


def test_another_service_gets_it_as_it_is_without_what_it_cannot_do():
    failed = with_ann({"status": SignerStatus.WAITING_TURN}, status=S.FAILED, reason="No credit", reminders=Reminders())
    after, [event] = decide(failed, acts.SendThrough(SENDER, "Paraph", "Theirs", True, True, can_remind=False), NOW)
    assert (after.status, after.reason, after.is_external, after.is_test) == (S.SENDING, "", True, True)
    assert after.reminders.are_off
    assert after.signers == failed.signers
    assert (event.data["former"], event.data["service"]) == ("Paraph", "Theirs")


def test_what_people_were_asked_to_sign_stays_where_it_is():
    with pytest.raises(NotAllowed, match="have been asked"):
        decide(request(S.FAILED), acts.SendThrough(SENDER, "A", "B", True, False, True), NOW)


@pytest.mark.parametrize(
    ("stopped", "is_external", "asked", "words"),
    [(S.SENDING, False, False, "right now"), (S.SENDING, True, True, "right now"), (S.FAILED, True, True, "Try again")],
)
def test_what_may_be_with_a_service_is_not_given_up(stopped, is_external, asked, words):
    signer = SignerStatus.INVITED if asked else SignerStatus.WAITING_TURN
    with pytest.raises(NotAllowed, match=words):
        decide(with_ann({"status": signer}, status=stopped, is_external=is_external), acts.Void(SENDER, "No"), NOW)


@pytest.mark.parametrize(("stopped", "is_external"), [(S.SENDING, True), (S.FAILED, True), (S.FAILED, False)])
def test_what_has_stopped_before_anybody_was_asked_can_be_given_up(stopped, is_external):
    waiting = with_ann({"status": SignerStatus.WAITING_TURN}, status=stopped, is_external=is_external)
    after, [event] = decide(waiting, acts.Void(SENDER, "No"), NOW)
    assert (after.status, event.type) == (S.VOIDED, EventType.REQUEST_VOIDED)


def test_a_refused_act_changes_nothing():
    before = request(S.COMPLETED)
    with pytest.raises(NotAllowed, match="completed"):
        decide(before, acts.Void(SENDER, "Mistake"), NOW)
    assert before == request(S.COMPLETED)
