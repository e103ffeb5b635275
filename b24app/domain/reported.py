"""What a signing provider reports about a request that is signed on its pages. Pure; part of transitions.RULES.

The provider keeps turns, consent and deadlines, so none of that is asked again. Our own server puts the dates; the
provider's stand beside them in the audit trail. A document that everybody has signed wins over a pending end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from b24app.domain.acts import (
    ReportBounce,
    ReportCancel,
    ReportDecline,
    ReportExpiry,
    ReportFailure,
    ReportSign,
    ReportView,
)
from b24app.domain.events import SYSTEM, AuditEvent, EventType
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.steps import Decision, after_signature, by_signer, end, signer_of
from b24app.errors import NotAllowed

_ANSWERED = (SignerStatus.SIGNED, SignerStatus.DECLINED)
_ENDINGS = {Status.VOIDED: EventType.REQUEST_VOIDED, Status.EXPIRED: EventType.REQUEST_EXPIRED}


def _view(request: SignatureRequest, act: ReportView, now: datetime) -> Decision:
    signer = _open_signer(request, act.signer_id)
    if signer.status is SignerStatus.VIEWED:
        return request, []
    request = request.with_signer(signer, status=SignerStatus.VIEWED, viewed_at=now)
    return request, [by_signer(EventType.SIGNER_VIEWED, signer, now, act.told.data())]


def _sign(request: SignatureRequest, act: ReportSign, now: datetime) -> Decision:
    signer = _open_signer(request, act.signer_id)
    request = request.with_signer(signer, status=SignerStatus.SIGNED, signed_at=now)
    events = [by_signer(EventType.SIGNER_SIGNED, signer, now, {"name": signer.name, **act.told.data()})]
    if request.status is Status.CLOSING and request.signed_count < len(request.signing):
        return request, events
    request, following = after_signature(_reopened(request), now)
    return request, events + following


def _decline(request: SignatureRequest, act: ReportDecline, now: datetime) -> Decision:
    signer = _open_signer(request, act.signer_id)
    reason = act.reason.strip()
    request = request.with_signer(signer, status=SignerStatus.DECLINED, decline_reason=reason)
    request = replace(request, status=Status.DECLINED, ended_at=now, reason=reason, ends_as=None)
    data = {"reason": reason, **act.told.data()}
    return request, [by_signer(EventType.SIGNER_DECLINED, signer, now, data)]


def _bounce(request: SignatureRequest, act: ReportBounce, now: datetime) -> Decision:
    signer = _open_signer(request, act.signer_id)
    request = request.with_signer(signer, status=SignerStatus.BOUNCED)
    data = {"email": signer.email, "detail": act.detail, **act.told.data()}
    return request, [AuditEvent(EventType.SIGNER_BOUNCED, now, SYSTEM, signer.id, data)]


def _expire(request: SignatureRequest, act: ReportExpiry, now: datetime) -> Decision:
    return _end(request, Status.EXPIRED, now, "", act.told.data())


def _cancel(request: SignatureRequest, act: ReportCancel, now: datetime) -> Decision:
    """Whose wish it was decides how it ends: ours, if we had one."""
    if request.ends_as is None:
        return _end(request, Status.VOIDED, now, act.reason, act.told.data())
    return _end(request, request.ends_as, now, request.reason, act.told.data())


def _fail(request: SignatureRequest, act: ReportFailure, now: datetime) -> Decision:
    """Stop; a retry sends it anew, so what signers did to the one that failed is taken back."""
    data = {"was": str(request.status), "reason": act.reason, **act.told.data()}
    for signer in request.signing:
        request = request.with_signer(
            signer, status=SignerStatus.WAITING_TURN, invited_at=None, reminded_at=None, viewed_at=None, signed_at=None
        )
    failed = replace(request, status=Status.FAILED, reason=act.reason)
    return failed, [AuditEvent(EventType.REQUEST_FAILED, now, SYSTEM, data=data)]


def _open_signer(request: SignatureRequest, signer_id: str) -> Signer:
    signer = signer_of(request, signer_id)
    if signer.status in _ANSWERED:
        raise NotAllowed("This person has already responded.")
    return signer


def _reopened(request: SignatureRequest) -> SignatureRequest:
    """Forget an end that a completed document has overtaken; a deadline that began it has done its work."""
    if request.status is not Status.CLOSING:
        return request
    expires_at = None if request.ends_as is Status.EXPIRED else request.expires_at
    return replace(request, ends_as=None, reason="", expires_at=expires_at)


def _end(request: SignatureRequest, status: Status, now: datetime, reason: str, told: Mapping[str, str]) -> Decision:
    request, [event] = end(request, status, _ENDINGS[status], now, None, reason)
    return request, [replace(event, data={**event.data, **told})]


_OUT = frozenset({Status.AWAITING_SIGNATURES})
_AT_PROVIDER = frozenset({Status.AWAITING_SIGNATURES, Status.CLOSING})

RULES: Mapping[type, tuple[frozenset[Status], Callable[..., Decision]]] = {
    ReportView: (_OUT, _view),
    ReportSign: (_AT_PROVIDER, _sign),
    ReportDecline: (_AT_PROVIDER, _decline),
    ReportBounce: (_OUT, _bounce),
    ReportExpiry: (_AT_PROVIDER, _expire),
    ReportCancel: (_AT_PROVIDER | {Status.SENDING}, _cancel),
    ReportFailure: (frozenset({Status.SENDING, Status.AWAITING_SIGNATURES}), _fail),
}
