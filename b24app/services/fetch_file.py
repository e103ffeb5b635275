"""Fetch the signed file of a request from the provider where it was signed; the seal goes on top of it."""

from __future__ import annotations

from b24app.documents.preview import page_sizes
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.outbox.message import Message
from b24app.providers.base import File
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.services.record import enqueue
from b24app.store import handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Request

_SIGNED = (Status.AWAITING_APPROVAL, Status.COMPLETING)


def fetch_file(ctx: Context, providers: Registry, message: Message) -> None:
    """Store the provider's file, untouched; the provider may need a while to make it, and is asked again then.

    Approval and file may come in either order: whoever comes second lets the sealing begin.
    Raises: DocumentRefused when what came is no PDF.
    """
    kept = handovers.find(message.portal, message.request_id)
    request = requests.load(message.portal, message.request_id)
    if kept is None or kept.signed_sha256 or request.status not in _SIGNED:
        return
    with asking(ctx, providers, kept.portal, kept.connection) as provider:
        pdf = provider.download(kept.provider_ref, File.SIGNED)
    pages = [[size.w_pt, size.h_pt] for size in page_sizes(pdf)]
    sha256 = ctx.blobs.put(pdf)
    with writing():
        request = requests.lock(kept.portal, kept.request)
        handovers.save(kept.portal, kept.request, signed_sha256=sha256)
        own = (Request.portal == kept.portal) & (Request.id == kept.request)
        Request.update(pages=pages).where(own).execute()
        if request.status is Status.COMPLETING:
            enqueue(ctx, kept.portal, kept.request, Topic.SEAL, {"event": 0})
    ctx.hints.hint(kept.portal)
