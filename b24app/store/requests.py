"""Signature requests as the domain knows them, loaded and saved whole; their values, links and renditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from b24app.clock import from_ms, to_ms
from b24app.domain.fields import Field, FieldValue
from b24app.domain.reminders import OFF, Reminders
from b24app.domain.signature_request import Role, SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.timetable import next_moment
from b24app.errors import N_, NotFound
from b24app.store.prepared import ByKey
from b24app.store.tables import KeptFile, Rendition, Request, SavedSignature, SignerLink, SignerRow, Value, upsert


class Due(NamedTuple):
    """Where something is due, and since when; two of them compare by that."""

    due_at: int
    id: str
    portal: str


_BY_ID = ByKey(Request.portal, Request.id)


def row(portal: str, request_id: str) -> Request:
    """Raises: NotFound, for another portal's request as well."""
    found: Request | None = _BY_ID(portal, request_id)
    if found is None:
        raise NotFound(N_("This signature request does not exist."))
    return found


def exists(portal: str, request_id: str) -> bool:
    return Request.select().where((Request.portal == portal) & (Request.id == request_id)).exists()


def load(portal: str, request_id: str) -> SignatureRequest:
    return to_domain(row(portal, request_id))


def lock(portal: str, request_id: str) -> SignatureRequest:
    """Load inside a write transaction with the row locked, so that the order of seq is the order of commits."""
    Request.update(seq=Request.seq + 1).where((Request.portal == portal) & (Request.id == request_id)).execute()
    return load(portal, request_id)


def next_seq(portal: str, request_id: str) -> int:
    """Take the next outbox number of a request; call inside the transaction that locked it."""
    Request.update(seq=Request.seq + 1).where((Request.portal == portal) & (Request.id == request_id)).execute()
    return int(row(portal, request_id).seq)


def to_domain(found: Request) -> SignatureRequest:
    signers = SignerRow.select().where(SignerRow.request == found.id).order_by(SignerRow.position)
    return SignatureRequest(
        id=found.id,
        portal=found.portal,
        title=found.title,
        status=Status(found.status),
        signers=tuple(_signer(signer) for signer in signers),
        sender_id=found.sender_id,
        responsible_id=found.responsible_id,
        needs_approval=found.needs_approval,
        entity_type_id=found.entity_type_id,
        entity_id=found.entity_id,
        expires_at=_moment(found.expires_at),
        sent_at=_moment(found.sent_at),
        ended_at=_moment(found.ended_at),
        time_zone=found.time_zone,
        reminders=Reminders.from_dict(found.reminders) if found.reminders else OFF,
        reason=found.reason,
        is_external=bool(found.connection),
        ends_as=Status(found.ends_as) if found.ends_as else None,
        is_test=found.is_test,
    )


def save(request: SignatureRequest, now: datetime) -> None:
    """Write the aggregate's state back, with the next moment at which time causes something.

    Columns that the domain does not know stay.
    """
    Request.update(
        status=str(request.status),
        sent_at=_ms(request.sent_at),
        ended_at=_ms(request.ended_at),
        expires_at=_ms(request.expires_at),
        due_at=_ms(next_moment(request, now)),
        reminders=asdict(request.reminders),
        reason=request.reason,
        ends_as=str(request.ends_as or ""),
        is_test=request.is_test,
    ).where((Request.portal == request.portal) & (Request.id == request.id)).execute()
    for signer in request.signers:
        SignerRow.update(**_columns(signer)).where(SignerRow.id == signer.id).execute()


def move(portal: str, request_id: str, connection: str, provider: str) -> None:
    """Write down through which account a request is signed from now on."""
    own = (Request.portal == portal) & (Request.id == request_id)
    Request.update(connection=connection, provider=provider).where(own).execute()


def insert_signers(request: SignatureRequest) -> None:
    for signer in request.signers:
        SignerRow.insert(id=signer.id, portal=request.portal, request=request.id, **_columns(signer)).execute()


def fields(found: Request) -> tuple[Field, ...]:
    return tuple(Field.from_dict(data) for data in found.fields)


def kept_files(portal: str, request_id: str) -> list[KeptFile]:
    return list(KeptFile.select().where((KeptFile.portal == portal) & (KeptFile.request == request_id)))


def came_signed(found: Request) -> bool:
    """Say whether its file carried digital signatures when it came: then nothing may be put on it."""
    return any(part.get("is_signed") for part in found.parts or ())


def values(portal: str, request_id: str, signers: Iterable[str] | None = None) -> dict[str, FieldValue]:
    """Field id -> value; of all signers, or of those named ("1", "2", "approver")."""
    query = Value.select().where((Value.portal == portal) & (Value.request == request_id))
    if signers is not None:
        query = query.where(Value.signer.in_(list(signers)))
    return {v.field_id: FieldValue(v.field_id, v.text, v.image_sha256) for v in query}


def put_value(portal: str, request_id: str, signer: str, value: FieldValue) -> None:
    upsert(
        Value,
        portal=portal,
        request=request_id,
        signer=signer,
        field_id=value.field_id,
        text=value.text,
        image_sha256=value.image_sha256,
    )


def clear_values(portal: str, request_id: str, signer: str) -> None:
    Value.delete().where((Value.portal == portal) & (Value.request == request_id) & (Value.signer == signer)).execute()


def of_card(portal: str, entity_type_id: int, entity_id: int, limit: int) -> list[Request]:
    """The requests of one card, newest first."""
    query = Request.select().where(
        (Request.portal == portal) & (Request.entity_type_id == entity_type_id) & (Request.entity_id == entity_id)
    )
    return list(query.order_by(Request.created_at.desc()).limit(limit))


def count_of_card(portal: str, entity_type_id: int, entity_id: int) -> int:
    of_card = (Request.entity_type_id == entity_type_id) & (Request.entity_id == entity_id)
    return int(Request.select().where((Request.portal == portal) & of_card).count())


def lines(portal: str, ids: Sequence[str]) -> list[Request]:
    """What lists show of some requests, in the given order; the rest of each row stays behind.

    The portal is looked at afterwards: in the query it would lead SQLite to an index of all its requests.
    """
    columns = (Request.id, Request.portal, Request.title, Request.status, Request.sender_id, Request.responsible_id)
    query = Request.select(*columns, Request.created_at, Request.is_test).where(Request.id.in_(ids))
    found = {row.id: row for row in query if row.portal == portal}
    return [found[id] for id in ids if id in found]


def by_activity(portal: str, activity_id: int) -> str | None:
    found = Request.get_or_none((Request.portal == portal) & (Request.activity_id == activity_id))
    return found.id if found else None


def due(now: datetime, after: Due | None = None, limit: int = 100) -> list[Due]:
    """List where time has caused something, in every portal, the longest due first; the next page comes `after` one.

    No more is read than that: a damaged row must not stop the others.
    """
    query = Request.select(Request.due_at, Request.id, Request.portal).where(Request.due_at <= to_ms(now))
    if after is not None:
        later = (Request.due_at == after.due_at) & (Request.id > after.id)
        query = query.where((Request.due_at > after.due_at) | later)
    rows = query.order_by(Request.due_at, Request.id).limit(limit)
    return [Due(found.due_at or 0, found.id, found.portal) for found in rows]


def lock_due(portal: str, request_id: str, now: datetime) -> SignatureRequest | None:
    """Lock and load a request in which something is due; None when somebody else has seen to it."""
    still_due = (Request.portal == portal) & (Request.id == request_id) & (Request.due_at <= to_ms(now))
    if not Request.update(seq=Request.seq + 1).where(still_due).execute():
        return None
    return load(portal, request_id)


def put_off(portal: str, request_id: str, until: datetime) -> None:
    """Look at a request later in which time causes something that cannot be done."""
    Request.update(due_at=to_ms(until)).where((Request.portal == portal) & (Request.id == request_id)).execute()


def signer_lines(portal: str, ids: Sequence[str]) -> dict[str, list[SignerRow]]:
    """Request id -> who signs it, in their order, with what lists show of them."""
    columns = (SignerRow.request, SignerRow.name, SignerRow.status)
    query = SignerRow.select(*columns).where(
        (SignerRow.portal == portal) & SignerRow.request.in_(ids) & (SignerRow.role == Role.SIGNER)
    )
    found: dict[str, list[SignerRow]] = {id: [] for id in ids}
    for signer in query.order_by(SignerRow.position):
        found[signer.request].append(signer)
    return found


def signer_names(portal: str, ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    query = SignerRow.select(SignerRow.id, SignerRow.name).where((SignerRow.portal == portal) & SignerRow.id.in_(ids))
    return {row.id: row.name for row in query}


def link(token_hash: str) -> SignerLink | None:
    return SignerLink.get_or_none(SignerLink.token_hash == token_hash)


def live_link(portal: str, signer_id: str) -> SignerLink | None:
    return SignerLink.get_or_none(
        (SignerLink.portal == portal) & (SignerLink.signer == signer_id) & SignerLink.revoked_at.is_null()
    )


def revoke_links(portal: str, request_id: str, now: datetime, signer_id: str | None = None) -> None:
    """Kill the links of a request, or of one signer; the locked token goes, the hash stays for a friendly page."""
    query = SignerLink.update(revoked_at=to_ms(now), token="").where(
        (SignerLink.portal == portal) & (SignerLink.request == request_id) & SignerLink.revoked_at.is_null()
    )
    if signer_id is not None:
        query = query.where(SignerLink.signer == signer_id)
    query.execute()


def rendition(portal: str, request_id: str, state: str) -> str | None:
    found = Rendition.get_or_none(
        (Rendition.portal == portal) & (Rendition.request == request_id) & (Rendition.state == state)
    )
    return found.sha256 if found else None


def put_rendition(portal: str, request_id: str, state: str, sha256: str) -> None:
    upsert(Rendition, portal=portal, request=request_id, state=state, sha256=sha256)


def saved_signature(portal: str, user_id: int) -> str | None:
    found = SavedSignature.get_or_none((SavedSignature.portal == portal) & (SavedSignature.user_id == user_id))
    return found.image_sha256 if found else None


def save_signature(portal: str, user_id: int, image_sha256: str) -> None:
    upsert(SavedSignature, portal=portal, user_id=user_id, image_sha256=image_sha256)


def _signer(found: SignerRow) -> Signer:
    return Signer(
        id=found.id,
        position=found.position,
        name=found.name,
        email=found.email,
        order=found.order,
        role=Role(found.role),
        status=SignerStatus(found.status),
        company=found.company,
        locale=found.locale,
        viewed_at=_moment(found.viewed_at),
        consented_at=_moment(found.consented_at),
        signed_at=_moment(found.signed_at),
        decline_reason=found.decline_reason,
        invited_at=_moment(found.invited_at),
        reminded_at=_moment(found.reminded_at),
        employee=found.employee,
    )


def _columns(signer: Signer) -> dict[str, object]:
    return {
        "position": signer.position,
        "name": signer.name,
        "email": signer.email,
        "order": signer.order,
        "role": str(signer.role),
        "status": str(signer.status),
        "company": signer.company,
        "locale": signer.locale,
        "viewed_at": _ms(signer.viewed_at),
        "consented_at": _ms(signer.consented_at),
        "signed_at": _ms(signer.signed_at),
        "decline_reason": signer.decline_reason,
        "invited_at": _ms(signer.invited_at),
        "reminded_at": _ms(signer.reminded_at),
        "employee": signer.employee,
    }


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
