"""The state machine: `decide(request, act, now) -> (request, events)`.

Pure. A refused act raises NotAllowed and changes nothing. Every pair (status, act) stands in one test table
(tests/domain/test_transitions.py). docs/architecture.md draws the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from b24app.domain import card_notes, reported
from b24app.domain.acts import (
    Act,
    Approve,
    Bounce,
    ChangeCopy,
    ChangeDeadline,
    ChangeReminders,
    ChangeSigner,
    Consent,
    Correct,
    Decline,
    Expire,
    Fail,
    Invite,
    RecordLetter,
    Refuse,
    Remind,
    Retry,
    Seal,
    Send,
    SendThrough,
    Sign,
    View,
    Void,
)
from b24app.domain.events import SYSTEM, Actor, AuditEvent, EventType
from b24app.domain.reminders import OFF
from b24app.domain.signature_request import (
    NOT_TAKEN,
    OPEN,
    OUT,
    Role,
    SignatureRequest,
    SignerStatus,
    Status,
)
from b24app.domain.steps import (
    Decision,
    after_signature,
    begin_turn,
    by_signer,
    close,
    end,
    is_signed_elsewhere,
    recipient_of,
    signer_in_turn,
    signer_of,
)
from b24app.domain.time_acts import change_deadline, change_reminders, expire, letter_out, remind
from b24app.errors import N_, NotAllowed


def decide(request: SignatureRequest, act: Act, now: datetime) -> Decision:
    """Apply one act to a request.

    Returns the changed request and the audit events, oldest first.
    Raises: NotAllowed when the act does not fit the status, the signer or his turn; nothing has changed then.
    """
    allowed, apply = RULES[type(act)]
    if request.status not in allowed:
        raise NotAllowed(_REFUSALS[request.status])
    return apply(request, act, now)


def may(request: SignatureRequest, act_type: type) -> bool:
    """Say whether an act of this type fits the request's status (its signer's turn is not looked at)."""
    return request.status in RULES[act_type][0]


def _send(request: SignatureRequest, act: Send, now: datetime) -> Decision:
    if not request.signing:
        raise NotAllowed("Choose at least one person who signs.")
    files = {"files": [dict(file) for file in act.files]} if act.files else {}
    copies = {"copies": [copy.email for copy in request.copies]} if request.copies else {}
    data = {"document_sha256": act.document_sha256, **files, **copies}
    event = AuditEvent(EventType.REQUEST_SENT, now, Actor.employee(act.by), data=data)
    return replace(request, status=Status.SENDING, sent_at=now), [event]


def _invite(request: SignatureRequest, _act: Invite, now: datetime) -> Decision:
    return begin_turn(replace(request, status=Status.AWAITING_SIGNATURES), now)


def _record_letter(request: SignatureRequest, act: RecordLetter, now: datetime) -> Decision:
    signer = recipient_of(request, act.signer_id)
    request = letter_out(request, signer, act.kind, now)
    data = {"kind": act.kind, "email": signer.email, "letter": act.letter, "begun": act.begun}
    return request, [AuditEvent(EventType.LETTER_SENT, now, SYSTEM, signer.id, data)]


def _view(request: SignatureRequest, act: View, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    if signer.status is SignerStatus.VIEWED:
        return request, []
    request = request.with_signer(signer, status=SignerStatus.VIEWED, viewed_at=now)
    return request, [by_signer(EventType.SIGNER_VIEWED, signer, now, _where(act))]


def _consent(request: SignatureRequest, act: Consent, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    if signer.consented_at is not None:
        return request, []
    request = request.with_signer(signer, consented_at=now)
    data = {"text_sha256": act.text_sha256, **_where(act)}
    return request, [by_signer(EventType.SIGNER_CONSENTED, signer, now, data)]


def _correct(request: SignatureRequest, act: Correct, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    if (signer.name, signer.company) == (act.name, act.company):
        return request, []
    if not act.name:
        raise NotAllowed("Your name cannot be empty.")
    data = {"was": {"name": signer.name, "company": signer.company}, "name": act.name, "company": act.company}
    request = request.with_signer(signer, name=act.name, company=act.company)
    return request, [by_signer(EventType.SIGNER_CORRECTED, signer, now, data)]


def _sign(request: SignatureRequest, act: Sign, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    if signer.consented_at is None:
        raise NotAllowed("Agree to sign electronically first.")
    request = request.with_signer(signer, status=SignerStatus.SIGNED, signed_at=now)
    data = {"values_sha256": act.values_sha256, "name": signer.name, **_where(act)}
    events = [by_signer(EventType.SIGNER_SIGNED, signer, now, data)]
    request, following = after_signature(request, now)
    return request, events + following


def _decline(request: SignatureRequest, act: Decline, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    reason = _needed_reason(act.reason)
    request = request.with_signer(signer, status=SignerStatus.DECLINED, decline_reason=reason)
    request = replace(request, status=Status.DECLINED, ended_at=now, reason=reason)
    return request, [by_signer(EventType.SIGNER_DECLINED, signer, now, {"reason": reason, **_where(act)})]


def _bounce(request: SignatureRequest, act: Bounce, now: datetime) -> Decision:
    signer = signer_in_turn(request, act.signer_id)
    request = request.with_signer(signer, status=SignerStatus.BOUNCED)
    data = {"email": signer.email, "detail": act.detail}
    return request, [AuditEvent(EventType.SIGNER_BOUNCED, now, SYSTEM, signer.id, data)]


def _change_signer(request: SignatureRequest, act: ChangeSigner, now: datetime) -> Decision:
    signer = signer_of(request, act.signer_id)
    if signer.status in (SignerStatus.SIGNED, SignerStatus.DECLINED):
        raise NotAllowed("This person has already responded; the address can no longer be changed.")
    if signer.employee:
        raise NotAllowed("This employee signs from within Bitrix24 and gets no letters.")
    waits = signer.status is SignerStatus.WAITING_TURN
    request = request.with_signer(
        signer,
        name=act.name,
        email=act.email,
        status=signer.status if waits else SignerStatus.INVITED,
        viewed_at=None,
        consented_at=None,
        invited_at=None if waits else now,
        reminded_at=signer.reminded_at if act.email == signer.email else None,
    )
    data = {"was": {"name": signer.name, "email": signer.email}, "name": act.name, "email": act.email}
    return request, [AuditEvent(EventType.SIGNER_CHANGED, now, Actor.employee(act.by), signer.id, data)]


def _change_copy(request: SignatureRequest, act: ChangeCopy, now: datetime) -> Decision:
    copy = recipient_of(request, act.copy_id)
    if copy.role is not Role.COPY:
        raise NotAllowed("This person signs the document.")
    if request.is_external:
        raise NotAllowed(N_("The signing service sends the copies; their addresses can no longer be changed."))
    name = act.email if copy.name == copy.email else copy.name
    data = {"was": {"email": copy.email}, "email": act.email}
    changed = request.with_signer(copy, name=name, email=act.email)
    return changed, [AuditEvent(EventType.COPY_CHANGED, now, Actor.employee(act.by), copy.id, data)]


def _approve(request: SignatureRequest, act: Approve, now: datetime) -> Decision:
    _check_responsible(request, act.by)
    event = AuditEvent(EventType.APPROVAL_GIVEN, now, Actor.employee(act.by), data={"values_sha256": act.values_sha256})
    return replace(request, status=Status.COMPLETING), [event]


def _refuse(request: SignatureRequest, act: Refuse, now: datetime) -> Decision:
    _check_responsible(request, act.by)
    return end(request, Status.REFUSED, EventType.APPROVAL_REFUSED, now, act.by, _needed_reason(act.reason))


def _void(request: SignatureRequest, act: Void, now: datetime) -> Decision:
    """What a provider has is called back there first; what has stopped can be given up before it has it."""
    was_asked = any(signer.status is not SignerStatus.WAITING_TURN for signer in request.signing)
    in_a_moment = request.status is Status.SENDING and not request.is_external
    if in_a_moment or (request.status in NOT_TAKEN and request.is_external and was_asked):
        raise NotAllowed(_REFUSALS[request.status])
    if is_signed_elsewhere(request):
        return close(request, Status.VOIDED, now, act.by, _needed_reason(act.reason))
    return end(request, Status.VOIDED, EventType.REQUEST_VOIDED, now, act.by, _needed_reason(act.reason))


def _seal(request: SignatureRequest, act: Seal, now: datetime) -> Decision:
    data = {"document_sha256": act.document_sha256}
    return replace(request, status=Status.COMPLETED, ended_at=now, reason=""), [
        AuditEvent(EventType.DOCUMENT_SEALED, now, SYSTEM, data=data),
        AuditEvent(EventType.REQUEST_COMPLETED, now, SYSTEM, data=data),
    ]


def _fail(request: SignatureRequest, act: Fail, now: datetime) -> Decision:
    data = {"was": str(request.status), "reason": act.reason}
    failed = replace(request, status=Status.FAILED, reason=act.reason)
    return failed, [AuditEvent(EventType.REQUEST_FAILED, now, SYSTEM, data=data)]


def _retry(request: SignatureRequest, act: Retry, now: datetime) -> Decision:
    """Go back to where the work stopped: what is signed stays signed, whose turn it is is invited anew."""
    signing_done = bool(request.signing) and request.signed_count == len(request.signing)
    begun = any(s.status is not SignerStatus.WAITING_TURN for s in request.signing)
    back = Status.COMPLETING if signing_done else Status.AWAITING_SIGNATURES if begun else Status.SENDING
    event = AuditEvent(EventType.REQUEST_RETRIED, now, Actor.employee(act.by), data={"to": str(back)})
    for signer in request.signing:
        if signer.has_turn:
            request = request.with_signer(signer, invited_at=now)
    return replace(request, status=back, reason=""), [event]


def _send_through(request: SignatureRequest, act: SendThrough, now: datetime) -> Decision:
    """Begin anew elsewhere: possible for as long as nobody has been asked to sign.

    An employee who would have signed from within Bitrix24 gets a letter there as everybody does.
    """
    if any(signer.status is not SignerStatus.WAITING_TURN for signer in request.signing):
        raise NotAllowed("People have been asked to sign this document already; it stays with its signing service.")
    moved = replace(
        request,
        status=Status.SENDING,
        reason="",
        is_external=act.is_external,
        is_test=act.is_test,
        reminders=request.reminders if act.can_remind else OFF,
        signers=tuple(replace(signer, employee=0) for signer in request.signers),
    )
    data = {"former": act.former, "service": act.service, "is_test": act.is_test}
    return moved, [AuditEvent(EventType.REQUEST_REROUTED, now, Actor.employee(act.by), data=data)]


def _where(act: View | Consent | Sign | Decline) -> dict[str, str]:
    return {"ip": act.ip, "user_agent": act.user_agent}


def _needed_reason(reason: str) -> str:
    if not reason.strip():
        raise NotAllowed("Enter a reason: the other side will see it.")
    return reason.strip()


def _check_responsible(request: SignatureRequest, user_id: int) -> None:
    if user_id != request.responsible_id:
        raise NotAllowed("Only the responsible employee can approve or refuse this document.")


RULES: Mapping[type, tuple[frozenset[Status], Callable[..., Decision]]] = {
    Send: (frozenset({Status.DRAFT}), _send),
    Invite: (frozenset({Status.SENDING}), _invite),
    RecordLetter: (frozenset(Status) - {Status.DRAFT, Status.SENDING}, _record_letter),
    View: (OUT, _view),
    Consent: (OUT, _consent),
    Correct: (OUT, _correct),
    Sign: (OUT, _sign),
    Decline: (OUT, _decline),
    Bounce: (OUT, _bounce),
    ChangeSigner: (OUT, _change_signer),
    ChangeCopy: (OPEN | {Status.COMPLETING, Status.COMPLETED}, _change_copy),
    Remind: (OUT, remind),
    ChangeDeadline: (OPEN, change_deadline),
    ChangeReminders: (OUT, change_reminders),
    Approve: (frozenset({Status.AWAITING_APPROVAL}), _approve),
    Refuse: (frozenset({Status.AWAITING_APPROVAL}), _refuse),
    Void: (OPEN | NOT_TAKEN, _void),
    Expire: (OPEN, expire),
    Seal: (frozenset({Status.COMPLETING}), _seal),
    Fail: (frozenset({Status.SENDING, Status.AWAITING_SIGNATURES, Status.COMPLETING}), _fail),
    Retry: (frozenset({Status.FAILED}), _retry),
    **card_notes.RULES,
    SendThrough: (frozenset({Status.SENDING, Status.FAILED}), _send_through),
    **reported.RULES,
}

_REFUSALS: Mapping[Status, str] = {
    Status.DRAFT: N_("This document has not been sent yet."),
    Status.SENDING: N_("This document is being sent right now; try again in a moment."),
    Status.AWAITING_SIGNATURES: N_("Not everybody has signed this document yet."),
    Status.CLOSING: N_("This document is being withdrawn; it is over as soon as the signing service confirms it."),
    Status.AWAITING_APPROVAL: N_("Everybody has signed; the document is waiting for approval."),
    Status.COMPLETING: N_("This document is being sealed and can no longer be changed."),
    Status.COMPLETED: N_("This document is completed and can no longer be changed."),
    Status.DECLINED: N_("A signer has declined this document."),
    Status.REFUSED: N_("This document was refused by the responsible employee."),
    Status.VOIDED: N_("This document was withdrawn by its sender."),
    Status.EXPIRED: N_("The time to sign this document has passed."),
    Status.FAILED: N_("This document was stopped by an error; press “Try again” first."),
}
