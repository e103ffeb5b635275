"""What signing providers know of our requests: references, ids of signers, when they were last heard of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import fn

from b24app.domain.signature_request import Status
from b24app.store.tables import Handover, ProviderSigner, Request

WATCHED = (Status.SENDING, Status.AWAITING_SIGNATURES, Status.CLOSING)
"""In these a request can still change at its provider."""


def find(portal: str, request_id: str) -> Handover | None:
    return Handover.get_or_none((Handover.portal == portal) & (Handover.request == request_id))


def of_connection(portal: str, connection: str, provider_ref: str) -> Handover | None:
    """Find the request that a provider means by its reference."""
    same = (Handover.connection == connection) & (Handover.provider_ref == provider_ref)
    return Handover.get_or_none((Handover.portal == portal) & same)


def is_on_its_way(portal: str, connection: str, our_ref: str) -> bool:
    """Say whether a request of this reference is being handed over; without a reference, whether any is."""
    unnamed = (Handover.portal == portal) & (Handover.connection == connection) & (Handover.provider_ref == "")
    if our_ref:
        unnamed &= Handover.our_ref == our_ref
    sending = Request.status == str(Status.SENDING)
    return Handover.select().join(Request, on=(Request.id == Handover.request)).where(unnamed & sending).exists()


def begin(portal: str, request_id: str, connection: str, our_ref: str, now_ms: int) -> Handover:
    """Write our reference down before the first call; one that stands is kept."""
    Handover.insert(
        request=request_id, portal=portal, connection=connection, our_ref=our_ref, last_heard_at=now_ms
    ).on_conflict_ignore().execute()
    return Handover.get((Handover.portal == portal) & (Handover.request == request_id))


def begin_anew(portal: str, request_id: str, our_ref: str, now_ms: int) -> None:
    """Forget what failed at the provider: the next try is another request there."""
    save(portal, request_id, our_ref=our_ref, provider_ref="", draft={}, asked_at=None, next_look_at=None)
    _end_ids(portal, request_id, None, now_ms)


def ask(kept: Handover, now_ms: int) -> bool:
    """Write down that the provider is being called; False when somebody else has begun since the row was read."""
    as_read = Handover.asked_at.is_null() if kept.asked_at is None else Handover.asked_at == kept.asked_at
    return bool(Handover.update(asked_at=now_ms).where(_unsent(kept) & as_read).execute())


def take_away(kept: Handover) -> bool:
    """Forget a hand-over that came to nothing, ids and all; False when it may have come to something meanwhile."""
    unasked = _unsent(kept) & Handover.asked_at.is_null() & ~Handover.is_uncertain
    if not Handover.delete().where(unasked).execute():
        return False
    ids = (ProviderSigner.portal == kept.portal) & (ProviderSigner.request == kept.request)
    ProviderSigner.delete().where(ids).execute()
    return True


def save(portal: str, request_id: str, **values: Any) -> None:
    own = (Handover.portal == portal) & (Handover.request == request_id)
    Handover.update(**values).where(own).execute()


def name_signers(portal: str, request_id: str, refs: Mapping[str, str], now_ms: int) -> None:
    """Keep the provider's ids of signers (our id -> its id); the ids that stood before stay known as old ones."""
    for signer_id, signer_ref in refs.items():
        if signer_refs(portal, request_id).get(signer_id) == signer_ref:
            continue
        _end_ids(portal, request_id, signer_id, now_ms)
        key = {"request": request_id, "signer_ref": signer_ref}
        fresh = {"portal": portal, "signer": signer_id, "since": now_ms, "until": None}
        ProviderSigner.insert(**key, **fresh).on_conflict(
            conflict_target=[ProviderSigner.request, ProviderSigner.signer_ref], update=fresh
        ).execute()


def signer_refs(portal: str, request_id: str) -> dict[str, str]:
    """Our signer's id -> the provider's id of him today."""
    own = (ProviderSigner.portal == portal) & (ProviderSigner.request == request_id)
    query = ProviderSigner.select().where(own & ProviderSigner.until.is_null())
    return {found.signer: found.signer_ref for found in query}


def all_signer_ids(portal: str, request_id: str) -> dict[str, str]:
    """The provider's id of a signer, today's or an old one -> ours."""
    own = (ProviderSigner.portal == portal) & (ProviderSigner.request == request_id)
    return {found.signer_ref: found.signer for found in ProviderSigner.select().where(own)}


def silent_connections(now_ms: int) -> list[str]:
    """Name the connections with a request that is due to be looked at, in every portal: for the minute task."""
    due = Handover.select(Handover.connection).where(_is_due(now_ms)).group_by(Handover.connection)
    return [found.connection for found in due.order_by(fn.MIN(Handover.next_look_at))]


def silent(connection: str, now_ms: int, limit: int) -> list[Handover]:
    """The requests of a connection that are due to be looked at, the longest due first."""
    query = Handover.select().where((Handover.connection == connection) & _is_due(now_ms))
    return list(query.order_by(Handover.next_look_at, Handover.request).limit(limit))


def take_look(found: Handover, next_look_at: int | None) -> bool:
    """Move a look that is due, unless somebody else has; says whether it is ours now."""
    as_read = (Handover.request == found.request) & (Handover.next_look_at == found.next_look_at)
    return bool(Handover.update(next_look_at=next_look_at).where(as_read).execute())


def still_watched(request_ids: Iterable[str]) -> dict[str, str]:
    """Of these requests, those that can still change at their provider -> their portal."""
    statuses = [str(status) for status in WATCHED]
    query = Request.select(Request.id, Request.portal)
    return {row.id: row.portal for row in query.where(Request.id.in_(list(request_ids)) & Request.status.in_(statuses))}


def _unsent(kept: Handover) -> Any:
    """The row as it was read: under the same reference, and not known to its provider."""
    own = (Handover.request == kept.request) & (Handover.portal == kept.portal)
    return own & (Handover.our_ref == kept.our_ref) & (Handover.provider_ref == "")


def _is_due(now_ms: int) -> Any:
    return Handover.next_look_at.is_null(False) & (Handover.next_look_at <= now_ms)


def _end_ids(portal: str, request_id: str, signer_id: str | None, now_ms: int) -> None:
    own = (ProviderSigner.portal == portal) & (ProviderSigner.request == request_id) & ProviderSigner.until.is_null()
    if signer_id is not None:
        own &= ProviderSigner.signer == signer_id
    ProviderSigner.update(until=now_ms).where(own).execute()
