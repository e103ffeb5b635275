"""Give a sent request to its signing provider; the first turn begins when it is out.

A provider of its own knows no transaction with our tables. Our reference is written down before the first call, and
so is that the call is being made: only a refusal takes that back. Whatever else happens to the answer, the next try
first looks by the reference, so that there are never two documents out and none is called sent that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.clock import from_ms, to_ms
from b24app.domain.acts import Invite
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignatureRequest, Status
from b24app.errors import N_, ProviderError, Trouble
from b24app.outbox.message import Message
from b24app.providers.base import NO_DRAFT, Created, Order, Provider
from b24app.providers.capabilities import Scope
from b24app.providers.refusals import refusal
from b24app.providers.registry import Registry
from b24app.services.apply_snapshot import next_look
from b24app.services.ask_provider import asking, capabilities_of
from b24app.services.connect_provider import webhook_url
from b24app.services.context import Context
from b24app.services.look_at_request import look_at_request
from b24app.services.order_for import order_for
from b24app.services.record import apply_inside
from b24app.services.relay_to_portal import refresh_card
from b24app.store import connections, handovers, outbox, requests
from b24app.store.database import writing
from b24app.store.tables import Handover, Request

_UNCERTAIN = N_(
    "It is not certain whether %(provider)s has sent this document. Look there first; “Try again” sends it once more."
)
LONGEST_CALL = timedelta(minutes=2)
_NEEDS_A_PERSON = (Trouble.AUTH_FAILED, Trouble.CONSENT_NEEDED)


def hand_over(ctx: Context, providers: Registry, message: Message) -> None:
    """Create the request at its provider; harmless when it has been handed over before.

    A card that was written meanwhile says "being sent": it is brought up to date.
    """
    row = requests.row(message.portal, message.request_id)
    request = requests.to_domain(row)
    if request.status is not Status.SENDING:
        return
    if request.is_external:
        _send_out(ctx, providers, row, request)
        return
    provider = providers.of(row.portal, row.connection)
    provider.create(order_for(ctx, row, request, provider.capabilities, ref=row.id), NO_DRAFT)
    with writing():
        _begin_turn(ctx, message.portal, message.request_id)
    ctx.hints.hint(message.portal)


def _send_out(ctx: Context, providers: Registry, row: Request, request: SignatureRequest) -> None:
    with writing():
        kept = handovers.begin(row.portal, row.id, row.connection, ctx.new_id(), to_ms(ctx.now()))
    if kept.provider_ref:
        look_at_request(ctx, providers, kept)
        return
    with asking(ctx, providers, row.portal, row.connection) as provider:
        order = _order(ctx, row, request, kept, provider)
        created = _created(ctx, provider, order, kept)
    _take_note(ctx, provider, kept, created)


def _order(ctx: Context, row: Request, request: SignatureRequest, kept: Handover, provider: Provider) -> Order:
    capabilities = capabilities_of(ctx, row.portal, row.connection)
    connection = connections.get(row.portal, row.connection)
    notify_url = webhook_url(ctx, connection) if capabilities.webhook is Scope.REQUEST else ""
    order = order_for(ctx, row, request, capabilities, ref=kept.our_ref, notify_url=notify_url)
    for problem in provider.validate(order):
        raise ProviderError(problem.sentence.message, kind=Trouble.INVALID, **problem.sentence.params)
    return order


def _created(ctx: Context, provider: Provider, order: Order, kept: Handover) -> Created:
    if kept.asked_at is not None:
        found = _found(ctx, provider, order, kept, from_ms(kept.asked_at))
        if found is not None:
            return found
    with writing():
        is_ours = handovers.ask(kept, to_ms(ctx.now()))
    if not is_ours:
        raise refusal(Trouble.NOT_READY, provider.title)
    try:
        return provider.create(order, _KeptDraft(kept))
    except ProviderError as error:
        _forget_asking(kept)
        error.permanent |= error.kind in _NEEDS_A_PERSON
        raise


def _found(ctx: Context, provider: Provider, order: Order, kept: Handover, since: datetime) -> Created | None:
    """Look for what an earlier try may have sent; None is believed only when that try cannot be under way any more."""
    if not provider.capabilities.finds_by_ref:
        _forget_asking(kept, is_uncertain=True)
        raise ProviderError(_UNCERTAIN, kind=Trouble.CONFLICT, permanent=True, provider=provider.title)
    found = provider.find_by_ref(order, since)
    left = since + LONGEST_CALL - ctx.now()
    if found is None and left > timedelta():
        raise refusal(Trouble.NOT_READY, provider.title, retry_after_s=left.total_seconds())
    return found


def _forget_asking(kept: Handover, **also: bool) -> None:
    with writing():
        handovers.save(kept.portal, kept.request, asked_at=None, **also)


def _take_note(ctx: Context, provider: Provider, kept: Handover, created: Created) -> None:
    now_ms = to_ms(ctx.now())
    due = next_look(ctx, provider.capabilities.rate.look_every, kept.request, now_ms)
    with writing():
        handovers.save(
            kept.portal,
            kept.request,
            provider_ref=created.provider_ref,
            draft={},
            asked_at=None,
            is_uncertain=False,
            last_heard_at=now_ms,
            next_look_at=due,
        )
        handovers.name_signers(kept.portal, kept.request, created.signers, now_ms)
        if created.is_out:
            _begin_turn(ctx, kept.portal, kept.request)
    ctx.hints.hint(kept.portal)


def _begin_turn(ctx: Context, portal: str, request_id: str) -> None:
    apply_inside(ctx, portal, request_id, Invite())
    if outbox.is_begun(portal, request_id, Topic.RELAY):
        refresh_card(ctx, portal, request_id)


@dataclass
class _KeptDraft:
    """The steps of `create` in the hand-over's row."""

    kept: Handover

    @property
    def steps(self) -> Mapping[str, str]:
        return dict(self.kept.draft)

    def keep(self, step: str, value: str) -> str:
        self.kept.draft = {**self.kept.draft, step: value}
        with writing():
            handovers.save(self.kept.portal, self.kept.request, draft=self.kept.draft)
        return value
