"""Try a stopped request again from where it stood."""

from __future__ import annotations

from b24app.services.context import Context
from b24app.services.show_request import reach_request
from b24app.services.try_again import try_again
from b24app.store.tables import Portal


def retry_request(ctx: Context, portal: Portal, user_id: int, request_id: str) -> None:
    """Raises: NotAllowed for an employee to whom Bitrix24 does not show the card."""
    reach_request(ctx, portal, user_id, request_id)
    try_again(ctx, portal, user_id, request_id)
