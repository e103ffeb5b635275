"""Ask a request's provider how it stands, and bring ours to the same."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.errors import NotFound
from b24app.outbox.message import Message
from b24app.providers.registry import Registry
from b24app.providers.snapshot import Event
from b24app.services.apply_snapshot import apply_snapshot
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.store import handovers, requests
from b24app.store.tables import Handover


def look_again(ctx: Context, providers: Registry, message: Message) -> None:
    """Look at a request that has been silent; the worker's handler."""
    kept = handovers.find(message.portal, message.request_id)
    if kept is not None and kept.provider_ref and _can_change(kept):
        look_at_request(ctx, providers, kept)


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
