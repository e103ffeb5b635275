"""Ask a request's provider where a signer signs now, and put it down for the page that waits; the worker's handler."""

from __future__ import annotations

import json

import structlog

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import N_, AppError, NotAllowed, NotFound, ProviderError, Trouble
from b24app.outbox.message import Message
from b24app.providers.base import Link
from b24app.providers.refusals import refusal
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.services.record import enqueue
from b24app.store import handovers, outbox, requests, visits
from b24app.store.database import writing
from b24app.store.tables import SigningVisit

log = structlog.get_logger()

DOWN, SHUT, NOT_NOW = "down", "shut", "not_now"
"""Why there is no address: the provider does not answer now; it will never open this document here, or its account is
gone; it will not have him sign as things stand."""
_STANDS_OTHERWISE = (Trouble.CONFLICT, Trouble.GONE, Trouble.NOT_FOUND)


def mint_link(ctx: Context, providers: Registry, message: Message) -> None:
    """Answer one visit; never raises for the provider's sake, for the person at the page is told and clicks again."""
    visit_id = str(message.payload["visit"])
    visit = visits.find(message.portal, visit_id, to_ms(ctx.now() - visits.LIFE))
    if visit is None or visit.link or visit.trouble:
        return
    try:
        link = _ask(ctx, providers, visit)
    except AppError as error:
        _refuse(ctx, visit, error)
        return
    kept = {"url": link.url, "opens": str(link.opens), "client_id": link.client_id}
    with writing():
        visits.answer(visit.portal, visit.id, link=ctx.vault.lock(json.dumps(kept)))


def _ask(ctx: Context, providers: Registry, visit: SigningVisit) -> Link:
    kept = handovers.find(visit.portal, visit.request)
    signer_ref = handovers.signer_refs(visit.portal, visit.request).get(visit.signer)
    ours = requests.live_link(visit.portal, visit.signer)
    if kept is None or signer_ref is None or ours is None:
        raise NotAllowed(N_("This document can no longer be signed through this link. Open the link again to see why."))
    return_to = ctx.url(f"/s/{ctx.vault.unlock(ours.token)}/back")
    with asking(ctx, providers, kept.portal, kept.connection) as provider:
        if _is_being_corrected(visit):  # he would sign under his former name
            raise refusal(Trouble.NOT_READY, provider.title)
        return provider.signing_link(kept.provider_ref, signer_ref, return_to)


def _is_being_corrected(visit: SigningVisit) -> bool:
    undone = outbox.undone_messages(visit.portal, visit.request)
    return any(message.topic == Topic.CORRECT_SIGNER.value for message in undone)


def _refuse(ctx: Context, visit: SigningVisit, error: AppError) -> None:
    """Tell the page; a provider that knows better how the request stands is asked for it."""
    kind = error.kind if isinstance(error, ProviderError) else None
    log.info("no_signing_link", kind=str(kind or type(error).__name__))
    with writing():
        visits.answer(visit.portal, visit.id, trouble=_trouble(error))
        if kind in _STANDS_OTHERWISE:
            requests.lock(visit.portal, visit.request)
            enqueue(ctx, visit.portal, visit.request, Topic.LOOK, {"event": 0})


def _trouble(error: AppError) -> str:
    if isinstance(error, NotAllowed) or (isinstance(error, ProviderError) and error.kind in _STANDS_OTHERWISE):
        return NOT_NOW
    is_lasting = isinstance(error, NotFound) or (isinstance(error, ProviderError) and error.permanent)
    return SHUT if is_lasting else DOWN
