"""A document that its signing service refuses: whether it may be taken from there, and taking it."""

from __future__ import annotations

from b24app.domain.events import Topic
from b24app.domain.signature_request import NOT_TAKEN, OPEN, SignatureRequest, SignerStatus, Status
from b24app.errors import N_, NotAllowed
from b24app.services.context import Context
from b24app.store import handovers, outbox, requests
from b24app.store.tables import Request

_OUT = N_("This document may be out for signature already; it stays with its signing service.")


def is_held_up(row: Request, request: SignatureRequest) -> bool:
    """Say whether its service has refused it, or does so again and again, and cannot have it."""
    kept = handovers.find(row.portal, row.id) if row.connection else None
    if kept is None or kept.provider_ref or kept.asked_at is not None or kept.is_uncertain:
        return False
    if any(signer.status is not SignerStatus.WAITING_TURN for signer in request.signing):
        return False
    return request.status is Status.FAILED or (request.status is Status.SENDING and _fails(row))


def may_void(row: Request, request: SignatureRequest) -> bool:
    """Say whether it can be called back: while it is open, and when it has stopped before its service had it."""
    if request.is_external and request.status in NOT_TAKEN:
        return is_held_up(row, request)
    return request.status in OPEN or request.status is Status.FAILED


def take_from_service(ctx: Context, portal: str, request_id: str) -> None:
    """Forget its hand-over, in the caller's transaction, which holds the request; a call on its way gives up.

    Raises: NotAllowed while it may be out.
    """
    row = requests.row(portal, request_id)
    kept = handovers.find(portal, request_id)
    if kept is None or not is_held_up(row, requests.to_domain(row)) or not handovers.take_away(kept):
        raise NotAllowed(_OUT)
    outbox.settle(portal, request_id, Topic.HAND_OVER, ctx.now())


def _fails(row: Request) -> bool:
    undone = outbox.undone_messages(row.portal, row.id)
    return any(message.topic == Topic.HAND_OVER and message.failing_since is not None for message in undone)
