"""Load, decide, save, chain the audit trail and enqueue the effects: one transaction, then the hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from b24app.domain.acts import Act
from b24app.domain.events import EFFECTS, AuditEvent, EventType, Topic
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.transitions import decide
from b24app.evidence.trail import chain
from b24app.services.context import Context
from b24app.store import audit, outbox, request_words, requests
from b24app.store.database import writing

_LETTERS = (Topic.INVITE, Topic.REMIND, Topic.COPY_TO_SIGNERS, Topic.TELL_SIGNERS)
_ALL_SIGNED = (Status.AWAITING_APPROVAL, Status.COMPLETING)


def apply(ctx: Context, portal: str, request_id: str, act: Act) -> SignatureRequest:
    """Apply one act to a stored request and let its effects begin.

    Raises: NotFound, NotAllowed; nothing has changed then.
    """
    with writing():
        changed = apply_inside(ctx, portal, request_id, act)
    ctx.hints.hint(portal)
    return changed


def apply_inside(ctx: Context, portal: str, request_id: str, act: Act) -> SignatureRequest:
    """Do the same inside the caller's transaction, who hints after it."""
    return apply_locked(ctx, requests.lock(portal, request_id), [act], ctx.now())


def apply_locked(ctx: Context, request: SignatureRequest, acts: Iterable[Act], now: datetime) -> SignatureRequest:
    """Apply acts to a request whose row the caller's transaction holds, all or none."""
    changed, events = request, list[AuditEvent]()
    for act in acts:
        changed, happened = decide(changed, act, now)
        events += happened
    requests.save(changed, now)
    request_words.follow(request, changed)
    record_events(ctx, changed, events)
    return changed


def record_events(ctx: Context, request: SignatureRequest, events: Sequence[AuditEvent]) -> None:
    """Append the events to the trail and write one outbox message for each effect."""
    position, previous = audit.head(request.portal, request.id)
    for link in chain(request.id, previous, position + 1, events):
        audit.append(request.portal, request.id, link.position, link.event, link.digest)
        for topic, payload in effects(request, link.event, link.position):
            enqueue(ctx, request.portal, request.id, topic, payload)
    if request.ended_at is not None:
        requests.revoke_links(request.portal, request.id, ctx.now())


def enqueue(ctx: Context, portal: str, request_id: str, topic: Topic, payload: Mapping[str, Any]) -> None:
    seq = requests.next_seq(portal, request_id)
    outbox.enqueue(portal, request_id, seq, topic, dict(payload), ctx.now())


def effects(request: SignatureRequest, event: AuditEvent, position: int) -> Iterator[tuple[Topic, dict[str, Any]]]:
    """Say which messages an event causes in the request's present state; most carry the event's position."""
    for topic in EFFECTS[event.type]:
        for signer_id in _recipients(request, event, topic):
            if topic not in _LETTERS or not _reads_in_bitrix24(request, signer_id):
                yield topic, {"event": position, "signer_id": signer_id}


def _recipients(request: SignatureRequest, event: AuditEvent, topic: Topic) -> Sequence[str]:
    """Return the signer of each message; one empty id stands for a message about nobody in particular."""
    if topic is Topic.SEAL:
        return [""] if request.status is Status.COMPLETING else []
    if topic is Topic.HAND_OVER:
        return [""] if request.status is Status.SENDING else []
    if topic is Topic.FETCH_FILE:
        return [""] if request.is_external and request.status in _ALL_SIGNED else []
    if topic is Topic.CORRECT_SIGNER:
        return [event.signer_id] if request.is_external else []
    if topic is Topic.COPY_TO_SIGNERS and event.type is EventType.COPY_CHANGED:
        return [event.signer_id] if request.status is Status.COMPLETED else []
    if topic is Topic.COPY_TO_SIGNERS:
        return [signer.id for signer in _who_get_the_copy(request)]
    if topic is Topic.TELL_SIGNERS:
        return [signer.id for signer in request.signing if _knows_of_it(signer)]
    if topic is Topic.INVITE and event.type is EventType.REQUEST_RETRIED:
        return [signer.id for signer in request.signing if signer.has_turn]
    if topic is Topic.INVITE and event.type is EventType.SIGNER_CHANGED:
        signer = request.signer(event.signer_id)
        return [event.signer_id] if signer and signer.has_turn else []
    return [event.signer_id]


def _who_get_the_copy(request: SignatureRequest) -> tuple[Signer, ...]:
    """Return whom we send the sealed document; a signing service itself writes to those who only get a copy.

    A signer may have been corrected to an address that gets a copy: it gets one letter.
    """
    signing = {signer.email.casefold() for signer in request.signing}
    others = () if request.is_external else request.copies
    return (*request.signing, *(copy for copy in others if copy.email.casefold() not in signing))


def _knows_of_it(signer: Signer) -> bool:
    return signer.status not in (SignerStatus.WAITING_TURN, SignerStatus.BOUNCED, SignerStatus.DECLINED)


def _reads_in_bitrix24(request: SignatureRequest, signer_id: str) -> bool:
    """Say whether he is an employee who signs from within Bitrix24, where he is told of everything."""
    signer = request.signer(signer_id)
    return signer is not None and bool(signer.employee)
