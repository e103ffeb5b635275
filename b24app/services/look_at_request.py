"""Ask a request's provider how it stands, and bring ours to the same."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from b24app.errors import NotFound, ProviderError
from b24app.outbox.message import Message
from b24app.providers.registry import Registry
from b24app.providers.snapshot import Event
from b24app.services.apply_snapshot import apply_snapshot
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.store import handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Handover

log = structlog.get_logger()


def look_again(ctx: Context, providers: Registry, message: Message) -> None:
    """Look at a request that has been silent; the worker's handler.

    A look that fails is left: the next one is due already. Where the provider will never answer about this request
    again, it is looked at no more and a person can read why.
    """
    kept = handovers.find(message.portal, message.request_id)
    if kept is None or not kept.provider_ref or not _can_change(kept):
        return
    try:
        look_at_request(ctx, providers, kept)
    except ProviderError as error:
        log.info("look_failed", portal=message.portal, request=message.request_id, kind=str(error.kind))
        if error.permanent:
            with writing():
                handovers.save(kept.portal, kept.request, next_look_at=None)
            raise


def look_at_request(
    ctx: Context, providers: Registry, kept: Handover, *, bounces: Mapping[str, Event] | None = None
) -> None:
    """Read the request at its provider and apply what is there. `bounces`: the provider's signer id -> event."""
    began = ctx.now()
    with asking(ctx, providers, kept.portal, kept.connection) as provider:
        snapshot = provider.get(kept.provider_ref)
    apply_snapshot(ctx, provider, kept, snapshot, began, bounces or {})


def _can_change(kept: Handover) -> bool:
    try:
        return requests.load(kept.portal, kept.request).status in handovers.WATCHED
    except NotFound:  # removed with its portal
        return False
