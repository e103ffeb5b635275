"""Try work again that stands still, or leave it for good; what an administrator does with troubles."""

from __future__ import annotations

from b24app.domain.acts import Retry
from b24app.domain.signature_request import Status
from b24app.errors import N_, NotFound
from b24app.services.context import Context
from b24app.services.list_troubles import UNDER_WAY, list_troubles
from b24app.services.record import apply_inside, enqueue
from b24app.store import outbox, request_words, requests
from b24app.store.database import writing
from b24app.store.tables import Portal


def try_again(ctx: Context, portal: Portal, user_id: int, request_id: str) -> None:
    """Do at once what waits or was given up for a request, or for an event that Bitrix24 reported.

    A failed request goes back to the status it failed in, which its audit trail records with the employee's name.
    """
    with writing():
        outbox.unpause(portal.member_id)
        outbox.revive(portal.member_id, request_id, ctx.now())
        outbox.hurry(portal.member_id, request_id, ctx.now())
        if requests.exists(portal.member_id, request_id):
            _go_on(ctx, portal.member_id, user_id, request_id)
    ctx.hints.hint(portal.member_id)


def try_everything(ctx: Context, portal: Portal, user_id: int) -> None:
    """Do the same for everything in the list of troubles, one request after the other."""
    for trouble in list_troubles(ctx, portal).requests:
        try_again(ctx, portal, user_id, trouble.request_id)
    with writing():
        outbox.resume(portal.member_id, ctx.now())
        outbox.unpause(portal.member_id)
    ctx.hints.hint(portal.member_id)


def leave_work(ctx: Context, portal: Portal, message_id: int) -> None:
    """Let go of work that was given up and holds up nothing. Raises: NotFound."""
    with writing():
        request_id = outbox.leave(portal.member_id, message_id, ctx.now())
        if not request_id:
            raise NotFound(N_("This has been done or left in the meantime."))
        request_words.refresh(portal.member_id, request_id)


def _go_on(ctx: Context, portal: str, user_id: int, request_id: str) -> None:
    status = requests.lock(portal, request_id).status
    if status is Status.FAILED:
        apply_inside(ctx, portal, request_id, Retry(user_id))
    elif status in UNDER_WAY and UNDER_WAY[status] not in _topics(portal, request_id):
        enqueue(ctx, portal, request_id, UNDER_WAY[status], {"event": 0, "signer_id": ""})
    request_words.refresh(portal, request_id)


def _topics(portal: str, request_id: str) -> set[str]:
    return {message.topic for message in outbox.undone_messages(portal, request_id)}
