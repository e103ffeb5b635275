"""Act on what a provider posted: find out which requests it is about, and look how they stand."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from b24app.clock import to_ms
from b24app.errors import N_, AppError, InvalidPayload, NotFound, ProviderError, Trouble, Unauthentic
from b24app.outbox.message import Message, describe
from b24app.providers.base import Provider
from b24app.providers.registry import Registry
from b24app.providers.snapshot import Event, EventKind
from b24app.services.ask_provider import heard
from b24app.services.context import Context
from b24app.services.look_at_request import look_at_request
from b24app.store import handovers, inbox
from b24app.store.database import writing
from b24app.store.tables import InboxEvent

SOON_S = 5.0

log = structlog.get_logger()


def act_on_provider_event(ctx: Context, providers: Registry, message: Message) -> None:
    """Verify and read a stored body, then look at each request it names.

    What is forged, unreadable or about nothing of ours is settled with a note; nothing else happens then.
    """
    event_key = str(message.payload["event_key"])
    row = inbox.find(message.portal, event_key)
    if row is None or row.processed_at is not None:
        return
    try:
        _act(ctx, providers, row)
    except (Unauthentic, InvalidPayload, NotFound, ProviderError) as error:
        if isinstance(error, ProviderError) and not error.permanent:
            raise
        log.warning("provider_event_left", portal=row.portal, connection=row.connection, error=type(error).__name__)
        _settle(ctx, row, error)
        return
    _settle(ctx, row, None)


def _act(ctx: Context, providers: Registry, row: InboxEvent) -> None:
    provider = providers.of(row.portal, row.connection)
    events = _received(providers, row, provider)
    heard(ctx, row.portal, row.connection)
    for provider_ref in dict.fromkeys(event.provider_ref for event in events if event.provider_ref):
        _follow(ctx, providers, row, [event for event in events if event.provider_ref == provider_ref], provider)


def _received(providers: Registry, row: InboxEvent, provider: Provider) -> Sequence[Event]:
    """Read an event with the account's keys; what is under way when they are changed is proven with the former ones."""
    try:
        return provider.receive(row.headers, bytes(row.body))
    except Unauthentic:
        former = providers.former(row.portal, row.connection)
        if former is None:
            raise
        return former.receive(row.headers, bytes(row.body))


def _follow(ctx: Context, providers: Registry, row: InboxEvent, events: Sequence[Event], provider: Provider) -> None:
    kept = handovers.of_connection(row.portal, row.connection, events[0].provider_ref)
    if kept is None:
        _leave_foreign(row, events[0], provider)
        return
    bounces = {event.signer_ref: event for event in events if event.kind is EventKind.SIGNER_BOUNCED}
    kept.last_heard_at = to_ms(ctx.now())
    with writing():
        handovers.save(row.portal, kept.request, last_heard_at=kept.last_heard_at)
    if bounces or kept.looked_at <= row.received_at:  # a look that began later has seen it
        look_at_request(ctx, providers, kept, bounces=bounces)


def _leave_foreign(row: InboxEvent, event: Event, provider: Provider) -> None:
    """Most requests of an account may not be ours. One that is being sent right now will be known in a moment."""
    if handovers.is_on_its_way(row.portal, row.connection, event.our_ref):
        raise ProviderError(
            N_("%(provider)s tells about a document that is still being sent. Paraph will look again automatically."),
            kind=Trouble.NOT_READY,
            retry_after_s=SOON_S,
            provider=provider.title,
        )
    log.info("provider_event_about_others", portal=row.portal, connection=row.connection)


def _settle(ctx: Context, row: InboxEvent, error: AppError | None) -> None:
    with writing():
        inbox.settle(row.portal, row.event_key, to_ms(ctx.now()), describe(error) if error else "")
