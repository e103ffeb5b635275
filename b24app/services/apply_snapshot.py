"""Bring a request to where it stands at its provider, and say when to look again; one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from b24app.clock import from_ms, to_ms
from b24app.domain.acts import Act, ReportFailure
from b24app.domain.entered_elsewhere import entered_elsewhere
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignatureRequest, SignerStatus, Status
from b24app.providers.base import Provider
from b24app.providers.snapshot import Event, SignerState, Snapshot, There
from b24app.services.context import Context
from b24app.services.record import apply_inside, enqueue
from b24app.services.snapshot_acts import Reading, acts_of
from b24app.store import handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Handover

LONGEST_SILENCE = timedelta(hours=6)
CANCEL_AGAIN = timedelta(hours=1)


def apply_snapshot(
    ctx: Context, provider: Provider, kept: Handover, snapshot: Snapshot, began: datetime, bounces: Mapping[str, Event]
) -> None:
    """Apply what a look that began at a moment has found. Twice the same changes nothing.

    Our own dates are put; the provider's go into the audit trail beside them.
    """
    portal, request_id = kept.portal, kept.request
    with writing():
        request = requests.lock(portal, request_id)
        states = _states(portal, request_id, snapshot)
        acts = list(acts_of(Reading(request, snapshot, provider.name, states, bounces)))
        for act in acts:
            request = apply_inside(ctx, portal, request_id, act)
        if acts and snapshot.entries:
            _keep_entries(request, snapshot.entries)
        _note_look(ctx, provider, kept, request, began, heard=bool(acts))
        _after(ctx, kept, request, snapshot, acts)
    if acts:
        ctx.hints.hint(portal)


def next_look(ctx: Context, look_every: timedelta, request_id: str, last_heard_at: int) -> int:
    """Wait twice as long each time, at least what the provider asks for; each request a little more than another."""
    silence = ctx.now() - from_ms(last_heard_at)
    wait = max(min(silence, LONGEST_SILENCE), look_every)
    return to_ms(ctx.now() + wait + wait * _share(request_id) / 10)


def _share(request_id: str) -> float:
    """Make a number from 0 to 1 of an id, so that requests sent together are not asked for together."""
    return hashlib.sha256(request_id.encode()).digest()[0] / 255


def _states(portal: str, request_id: str, snapshot: Snapshot) -> dict[str, SignerState]:
    """Our signer's id -> his state there; under his present id rather than under an older one."""
    present = handovers.signer_refs(portal, request_id)
    known = handovers.all_signer_ids(portal, request_id)
    by_age = sorted(
        snapshot.signers, key=lambda state: present.get(known.get(state.signer_ref, "")) == state.signer_ref
    )
    return {known[state.signer_ref]: state for state in by_age if state.signer_ref in known}


def _keep_entries(request: SignatureRequest, entries: Mapping[str, str]) -> None:
    """Keep what those who have signed entered there, as what people enter on our own pages is kept."""
    signed = {str(signer.position): signer for signer in request.signing if signer.status is SignerStatus.SIGNED}
    fields = requests.fields(requests.row(request.portal, request.id))
    known = requests.values(request.portal, request.id, list(signed))
    whose = {field.id: field.signer for field in fields}
    for value in entered_elsewhere([field for field in fields if field.signer in signed], entries):
        if known.get(value.field_id) != value:
            requests.put_value(request.portal, request.id, whose[value.field_id], value)


def _note_look(
    ctx: Context, provider: Provider, kept: Handover, request: SignatureRequest, began: datetime, *, heard: bool
) -> None:
    last_heard_at = to_ms(ctx.now()) if heard else kept.last_heard_at
    is_watched, look_every = request.status in handovers.WATCHED, provider.capabilities.rate.look_every
    handovers.save(
        kept.portal,
        kept.request,
        looked_at=to_ms(began),
        last_heard_at=last_heard_at,
        next_look_at=next_look(ctx, look_every, kept.request, last_heard_at) if is_watched else None,
    )


def _after(ctx: Context, kept: Handover, request: SignatureRequest, snapshot: Snapshot, acts: Sequence[Act]) -> None:
    now_ms = to_ms(ctx.now())
    if any(isinstance(act, ReportFailure) for act in acts):
        handovers.begin_anew(kept.portal, kept.request, ctx.new_id(), now_ms)
    is_ignored = request.status is Status.CLOSING and snapshot.status is There.IN_PROGRESS
    if is_ignored and now_ms - (kept.cancel_asked_at or now_ms) >= CANCEL_AGAIN / timedelta(milliseconds=1):
        handovers.save(kept.portal, kept.request, cancel_asked_at=now_ms)
        enqueue(ctx, kept.portal, kept.request, Topic.CANCEL, {"event": 0})
