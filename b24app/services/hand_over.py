"""Give a sent request to its signing provider; the first turn begins."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.domain.acts import Invite
from b24app.domain.signature_request import Status
from b24app.outbox.message import Message
from b24app.providers.base import Order
from b24app.providers.registry import Registry
from b24app.services.context import Context
from b24app.services.record import apply
from b24app.services.show_request import file_name
from b24app.store import requests


class NoDraft:
    """The draft of a provider that sends in one step."""

    steps: Mapping[str, str] = {}

    def keep(self, step: str, value: str) -> str:  # noqa: ARG002 - there is nothing to go on from
        return value


def hand_over(ctx: Context, providers: Registry, message: Message) -> None:
    """Create the request at its provider; harmless when it has been handed over before."""
    request = requests.load(message.portal, message.request_id)
    if request.status is not Status.SENDING:
        return
    row = requests.row(message.portal, message.request_id)
    order = Order(
        ref=row.id,
        title=row.title,
        file_name=file_name(row.title),
        pdf=lambda: ctx.blobs.get(row.document_sha256),
        signers=request.signers,
        fields=requests.fields(row),
        pages=len(row.pages),
        expires_at=request.expires_at,
        locale=row.locale,
    )
    providers.get(row.provider).create(order, NoDraft())
    apply(ctx, message.portal, message.request_id, Invite())
