"""Try a stopped request again from where it stood."""

from __future__ import annotations

from b24app.domain.acts import Retry
from b24app.domain.signature_request import Status
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.services.show_request import reach_request
from b24app.store import outbox, requests
from b24app.store.database import writing
from b24app.store.tables import Portal


def retry_request(ctx: Context, portal: Portal, user_id: int, request_id: str) -> None:
    """Revive dead messages; a failed request also goes back to the status it failed in.

    Raises: NotAllowed for an employee to whom Bitrix24 does not show the card.
    """
    reach_request(ctx, portal, user_id, request_id)
    with writing():
        outbox.revive(portal.member_id, request_id, ctx.now())
        if requests.load(portal.member_id, request_id).status is Status.FAILED:
            apply_inside(ctx, portal.member_id, request_id, Retry(user_id))
    ctx.hints.hint(portal.member_id)
