"""Ask a request's provider to end it, once the sender's side or its deadline wants that."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.domain.acts import ReportCancel, Told
from b24app.domain.signature_request import Status
from b24app.errors import ProviderError, Trouble
from b24app.outbox.message import Message
from b24app.providers.base import Cancelled
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.services.look_at_request import look_at_request
from b24app.services.record import apply
from b24app.store import handovers, requests
from b24app.store.database import writing

_OVERTAKEN = (Trouble.CONFLICT, Trouble.GONE)


def cancel_at_provider(ctx: Context, providers: Registry, message: Message) -> None:
    """Cancel there; the request ends here when the provider says that it is over, not when it says "yes".

    A request that has ended in another way in the meantime is looked at: a completed document wins.
    """
    request = requests.load(message.portal, message.request_id)
    kept = handovers.find(message.portal, message.request_id)
    if request.status is not Status.CLOSING or kept is None:
        return
    try:
        with asking(ctx, providers, kept.portal, kept.connection) as provider:
            outcome = provider.cancel(kept.provider_ref, request.reason)
    except ProviderError as error:
        if error.kind not in _OVERTAKEN:
            raise
        look_at_request(ctx, providers, kept)
        return
    with writing():
        handovers.save(kept.portal, kept.request, cancel_asked_at=to_ms(ctx.now()))
    if outcome is Cancelled.DONE:
        apply(ctx, kept.portal, kept.request, ReportCancel("", Told(provider.name)))
