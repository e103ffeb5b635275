"""The append-only audit trail. Rows are only ever inserted; the digests chain them (evidence/trail.py)."""

from __future__ import annotations

from datetime import datetime

from b24app.clock import from_ms, to_ms
from b24app.domain.events import Actor, AuditEvent, EventType
from b24app.store.tables import AuditRow


def head(portal: str, request_id: str) -> tuple[int, str]:
    """Return the last position (0 when there is none) and its digest ("")."""
    query = AuditRow.select().where((AuditRow.portal == portal) & (AuditRow.request == request_id))
    last = query.order_by(AuditRow.position.desc()).first()
    return (last.position, last.digest) if last else (0, "")


def last_at(portal: str, request_id: str) -> datetime | None:
    """Tell when something last happened to a request."""
    query = AuditRow.select(AuditRow.at).where((AuditRow.portal == portal) & (AuditRow.request == request_id))
    last = query.order_by(AuditRow.position.desc()).first()
    return from_ms(last.at) if last else None


def append(portal: str, request_id: str, position: int, event: AuditEvent, digest: str) -> None:
    AuditRow.insert(
        portal=portal,
        request=request_id,
        position=position,
        type=str(event.type),
        at=to_ms(event.at),
        actor_kind=event.actor.kind,
        actor_id=event.actor.id,
        signer=event.signer_id,
        data=dict(event.data),
        digest=digest,
    ).execute()


def events(portal: str, request_id: str) -> list[AuditEvent]:
    """The whole trail, oldest first."""
    query = AuditRow.select().where((AuditRow.portal == portal) & (AuditRow.request == request_id))
    return [event_of(found) for found in query.order_by(AuditRow.position)]


def event(portal: str, request_id: str, position: int) -> AuditEvent:
    return event_of(
        AuditRow.get((AuditRow.portal == portal) & (AuditRow.request == request_id) & (AuditRow.position == position))
    )


def digests(portal: str, request_id: str) -> list[str]:
    query = AuditRow.select(AuditRow.digest).where((AuditRow.portal == portal) & (AuditRow.request == request_id))
    return [found.digest for found in query.order_by(AuditRow.position)]


def event_of(found: AuditRow) -> AuditEvent:
    """Turn a row into the event it keeps."""
    return AuditEvent(
        EventType(found.type),
        from_ms(found.at),
        Actor(found.actor_kind, found.actor_id),
        found.signer,
        found.data,
    )
