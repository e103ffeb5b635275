"""Give a sent request to its signing provider; the first turn begins."""

from __future__ import annotations

from b24app.domain.acts import Invite
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.outbox.message import Message
from b24app.providers.base import Order
from b24app.providers.registry import Registry
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.services.relay_to_portal import refresh_card
from b24app.store import outbox, requests
from b24app.store.database import writing


def hand_over(ctx: Context, providers: Registry, message: Message) -> None:
    """Create the request at its provider; harmless when it has been handed over before.

    A card that was written meanwhile says "being sent": it is brought up to date.
    """
    request = requests.load(message.portal, message.request_id)
    if request.status is not Status.SENDING:
        return
    row = requests.row(message.portal, message.request_id)
    order = Order(row.id, row.title, row.document_sha256, request.signers, requests.fields(row))
    providers.get(row.provider).create(order)
    with writing():
        apply_inside(ctx, message.portal, message.request_id, Invite())
        if outbox.is_begun(message.portal, message.request_id, Topic.RELAY):
            refresh_card(ctx, message.portal, message.request_id)
    ctx.hints.hint(message.portal)
