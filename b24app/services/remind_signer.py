"""Write to a signer again, at an employee's wish: once a day, and not twice within an hour."""

from __future__ import annotations

from b24app.domain.acts import Remind
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, NotAllowed
from b24app.services.ask_provider import capabilities_of
from b24app.services.context import Context
from b24app.services.record import apply, apply_inside
from b24app.services.show_request import reach_request
from b24app.store import requests
from b24app.store.tables import Portal, Request


def remind_signer(ctx: Context, portal: Portal, user_id: int, request_id: str, signer_id: str) -> SignatureRequest:
    """Raises: NotAllowed when it is not this signer's turn, he was reminded too short a time ago, or Bitrix24 does not
    show the employee the card."""
    require_reminders(ctx, reach_request(ctx, portal, user_id, request_id))
    return apply(ctx, portal.member_id, request_id, Remind(signer_id, user_id))


def remind_everybody(ctx: Context, portal: Portal, user_id: int, request_id: str, press: str = "") -> int:
    """Remind all whose turn it is; returns how many. The portal asks: who sees its card may press its buttons.

    Call it inside the transaction that holds the request.
    Raises: NotAllowed when nobody could be reminded, or the signing service has no reminders.
    """
    require_reminders(ctx, requests.row(portal.member_id, request_id))
    refusals, waiting = [], [s.id for s in requests.load(portal.member_id, request_id).signing if s.has_turn]
    if not waiting:
        raise NotAllowed(N_("Right now there is nobody who could be reminded of this document."))
    for signer_id in waiting:
        try:
            apply_inside(ctx, portal.member_id, request_id, Remind(signer_id, user_id, press))
        except NotAllowed as refusal:  # raised before anything is written
            refusals.append(refusal)
    if len(refusals) == len(waiting):
        raise refusals[0]
    return len(waiting) - len(refusals)


def require_reminders(ctx: Context, row: Request) -> None:
    if not capabilities_of(ctx, row.portal, row.connection).manual_reminders:
        raise NotAllowed(N_("The signing service has no reminders."))
