"""What several acts have in common: turns begin, the last signature is there, a request ends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from b24app.domain.events import SYSTEM, Actor, AuditEvent, EventType
from b24app.domain.signature_request import Role, SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.signing_order import next_turn
from b24app.errors import NotAllowed

Decision = tuple[SignatureRequest, list[AuditEvent]]


def recipient_of(request: SignatureRequest, signer_id: str) -> Signer:
    """Find anybody who gets letters about a request, copies included. Raises: NotAllowed."""
    signer = request.signer(signer_id)
    if signer is None:
        raise NotAllowed("This person does not sign this document.")
    return signer


def signer_of(request: SignatureRequest, signer_id: str) -> Signer:
    """Find a signer; whoever only gets a copy is none. Raises: NotAllowed."""
    signer = recipient_of(request, signer_id)
    if signer.role is Role.COPY:
        raise NotAllowed("This person does not sign this document.")
    return signer


def signer_in_turn(request: SignatureRequest, signer_id: str) -> Signer:
    """Find a signer who may act now. Raises: NotAllowed."""
    signer = signer_of(request, signer_id)
    if signer.status is SignerStatus.SIGNED:
        raise NotAllowed("You have already signed this document.")
    if not signer.has_turn:
        raise NotAllowed("It is not this signer's turn yet.")
    return signer


def begin_turn(request: SignatureRequest, now: datetime) -> Decision:
    events = []
    for signer in next_turn(request.signing):
        request = request.with_signer(signer, status=SignerStatus.INVITED, invited_at=now)
        events.append(AuditEvent(EventType.SIGNER_INVITED, now, SYSTEM, signer.id, {"email": signer.email}))
    return request, events


def after_signature(request: SignatureRequest, now: datetime) -> Decision:
    """Go on when one more has signed: the next turn, or approval and completion after the last."""
    if request.signed_count < len(request.signing):
        return begin_turn(request, now)
    after = Status.AWAITING_APPROVAL if request.needs_approval else Status.COMPLETING
    return replace(request, status=after), [AuditEvent(EventType.ALL_SIGNED, now, SYSTEM)]


def end(
    request: SignatureRequest, status: Status, event: EventType, now: datetime, by: int | None, reason: str
) -> Decision:
    actor = SYSTEM if by is None else Actor.employee(by)
    ended = replace(request, status=status, ended_at=now, reason=reason, ends_as=None)
    return ended, [AuditEvent(event, now, actor, data={"reason": reason} if reason else {})]


def close(request: SignatureRequest, ends_as: Status, now: datetime, by: int | None, reason: str) -> Decision:
    """Begin to end a request that lives at its provider: only the provider can say that nobody signs any more."""
    actor = SYSTEM if by is None else Actor.employee(by)
    closing = replace(request, status=Status.CLOSING, ends_as=ends_as, reason=reason)
    data = {"ends_as": str(ends_as), **({"reason": reason} if reason else {})}
    return closing, [AuditEvent(EventType.REQUEST_CLOSING, now, actor, data=data)]


def is_signed_elsewhere(request: SignatureRequest) -> bool:
    """Say whether the provider still has the last word: once everybody has signed, it has nothing to call back."""
    return request.is_external and request.status is Status.AWAITING_SIGNATURES


def by_signer(event: EventType, signer: Signer, now: datetime, data: Mapping[str, object]) -> AuditEvent:
    return AuditEvent(event, now, Actor.signer(signer.id), signer.id, dict(data))
