"""A signer on his way to the provider's signing page and back; the worker does the asking (mint_link)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from b24app.clock import from_ms, to_ms
from b24app.domain.events import Topic
from b24app.errors import NotAllowed, NotFound
from b24app.providers.base import Opens
from b24app.services.context import Context
from b24app.services.sign_document import link_elsewhere
from b24app.store import handovers, outbox, requests, visits
from b24app.store.database import writing

BETWEEN_LOOKS = timedelta(seconds=10)


@dataclass(frozen=True)
class Answer:
    """What became of a visit. Without url and trouble: it still waits. `trouble`: down | shut | not_now | late."""

    url: str = field(default="", repr=False)
    opens: Opens = Opens.REDIRECT
    client_id: str = ""
    trouble: str = ""


def ask_for_link(ctx: Context, token: str) -> str:
    """Have the worker ask where this signer signs; returns the visit to ask for. Raises: NotFound, NotAllowed.

    A second click while the first waits is the same visit.
    """
    link = link_elsewhere(ctx, token)
    with writing():
        requests.lock(link.portal, link.request)
        visit = visits.waiting(link.portal, link.signer, _oldest_ms(ctx))
        if not visit:
            visit = ctx.new_id()
            visits.begin(link.portal, link.request, link.signer, visit, to_ms(ctx.now()))
            seq = requests.next_seq(link.portal, link.request)
            outbox.enqueue(link.portal, link.request, seq, Topic.SIGNING_LINK, {"visit": visit}, ctx.now())
    ctx.hints.hint(link.portal)
    return visit


def take_link(ctx: Context, token: str, visit_id: str) -> Answer:
    """Take a visit's address, once. Raises: NotFound, NotAllowed."""
    link = link_elsewhere(ctx, token)
    visit = visits.find(link.portal, visit_id, _oldest_ms(ctx))
    if visit is None or visit.signer != link.signer:
        return Answer(trouble="late")
    if not visit.link and not visit.trouble:
        return Answer()
    with writing():
        is_ours = visits.take(visit)
    if not is_ours:
        return Answer(trouble="late")
    if visit.trouble:
        return Answer(trouble=visit.trouble)
    kept = json.loads(ctx.vault.unlock(visit.link))
    return Answer(kept["url"], Opens(kept["opens"]), kept["client_id"])


def came_back(ctx: Context, token: str) -> None:
    """Look at the request soon, now that its signer is back from the provider; at most one look at a time.

    Harmless at any visit, so it may follow a GET, which is how providers send people back.
    """
    with suppress(NotFound, NotAllowed):
        link = link_elsewhere(ctx, token)
        with writing():
            requests.lock(link.portal, link.request)
            kept = handovers.find(link.portal, link.request)
            undone = outbox.undone_messages(link.portal, link.request)
            if kept is None or any(message.topic == Topic.LOOK.value for message in undone):
                return
            seq = requests.next_seq(link.portal, link.request)
            outbox.enqueue(link.portal, link.request, seq, Topic.LOOK, {}, _next_look(ctx, kept.looked_at))
        ctx.hints.hint(link.portal)


def _next_look(ctx: Context, looked_at: int) -> datetime:
    """At once, unless somebody keeps coming back."""
    return max(ctx.now(), from_ms(looked_at) + BETWEEN_LOOKS)


def _oldest_ms(ctx: Context) -> int:
    return to_ms(ctx.now() - visits.LIFE)
