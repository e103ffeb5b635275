"""Call a request back: the signers' links die and those who knew of it are told."""

from __future__ import annotations

from b24app.bitrix.inbound import Entity
from b24app.domain.acts import Void
from b24app.domain.signature_request import NOT_TAKEN, SignatureRequest, Status
from b24app.errors import NotAllowed
from b24app.services.context import Context
from b24app.services.held_up import take_from_service
from b24app.services.record import apply_locked
from b24app.services.show_request import reach_request
from b24app.store import requests
from b24app.store.database import writing
from b24app.store.tables import Portal

SYSTEM_USER = 0
_OPEN = (Status.AWAITING_SIGNATURES, Status.AWAITING_APPROVAL)


def void_request(ctx: Context, portal: Portal, user_id: int, request_id: str, reason: str) -> SignatureRequest:
    """Raises: NotAllowed when it has ended, no reason is given, it may be on its way to a signing service that has not
    taken it yet, or Bitrix24 does not show the employee the card.
    """
    reach_request(ctx, portal, user_id, request_id)
    return _void(ctx, portal, user_id, request_id, reason)


def _void(ctx: Context, portal: Portal, user_id: int, request_id: str, reason: str) -> SignatureRequest:
    with writing():
        request = requests.lock(portal.member_id, request_id)
        if request.is_external and request.status in NOT_TAKEN:
            take_from_service(ctx, portal.member_id, request_id)
        changed = apply_locked(ctx, request, [Void(user_id, reason.strip()[:500])], ctx.now())
    ctx.hints.hint(portal.member_id)
    return changed


def has_open_requests(portal: Portal, entity: Entity) -> bool:
    rows = requests.of_card(portal.member_id, entity.type_id, entity.id, limit=1000)
    return any(row.status in _OPEN for row in rows)


def void_for_deleted_card(ctx: Context, portal: Portal, entity: Entity) -> None:
    """Withdraw what is still out for a card that was deleted in Bitrix24."""
    for row in requests.of_card(portal.member_id, entity.type_id, entity.id, limit=1000):
        void_open(ctx, portal, row.id, "The record it belonged to was deleted in Bitrix24.")


def void_open(ctx: Context, portal: Portal, request_id: str, reason: str) -> bool:
    """Call a request back if it is still open; says whether it was."""
    request = requests.load(portal.member_id, request_id)
    if request.status not in _OPEN:
        return False
    try:
        _void(ctx, portal, SYSTEM_USER, request_id, reason)
    except NotAllowed:  # it ended in this very moment
        return False
    return True
