"""Give a sent request to its signing provider; the first turn begins."""

from __future__ import annotations

from b24app.domain.acts import Invite
from b24app.domain.signature_request import Status
from b24app.outbox.message import Message
from b24app.providers.base import Order
from b24app.providers.registry import Registry
from b24app.services.context import Context
from b24app.services.record import apply
from b24app.store import requests


def hand_over(ctx: Context, providers: Registry, message: Message) -> None:
    """Create the request at its provider; harmless when it has been handed over before."""
    request = requests.load(message.portal, message.request_id)
    if request.status is not Status.SENDING:
        return
    row = requests.row(message.portal, message.request_id)
    order = Order(row.id, row.title, row.document_sha256, request.signers, requests.fields(row))
    providers.get(row.provider).create(order)
    apply(ctx, message.portal, message.request_id, Invite())
