"""Show a signature request to an employee; the sealed file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from b24app.bitrix.entities import Entity
from b24app.domain.acts import ChangeCopy, ChangeDeadline, Difference, Remind
from b24app.domain.days import day_of, zone_named
from b24app.domain.events import AuditEvent, EventType
from b24app.domain.signature_request import OPEN, SignatureRequest, Status
from b24app.domain.steps import is_signed_elsewhere
from b24app.domain.timetable import last_day, next_reminder
from b24app.domain.transitions import may
from b24app.errors import N_, BitrixError, NotAllowed, NotFound
from b24app.services.approve_request import approver_fields
from b24app.services.ask_provider import capabilities_of
from b24app.services.context import Context
from b24app.services.held_up import may_void
from b24app.services.list_troubles import works_of
from b24app.services.rendition import current_document, pages_of
from b24app.services.showing import CopyView, EventView, MadeFrom, RequestView
from b24app.store import audit, connections, requests, templates
from b24app.store.tables import Portal, Request

_VALUES_IN_EVENTS = frozenset(
    {
        "reason",
        "email",
        "was",
        "name",
        "company",
        "kind",
        "automatic",
        "off",
        "expires_on",
        "service",
        "former",
        "files",
        "copies",
        "document_sha256",
    }
)


def show_request(ctx: Context, portal: Portal, user_id: int, request_id: str) -> RequestView:
    """Gather what the request page shows.

    Raises: NotFound for another portal's request; NotAllowed when Bitrix24 does not show this employee the card.
    """
    row = reach_request(ctx, portal, user_id, request_id)
    request = requests.to_domain(row)
    sha256 = row.final_sha256 or current_document(ctx, row, request)
    return RequestView(
        request=request,
        locale=row.locale,
        pages=tuple((w, h) for w, h in row.pages) if row.final_sha256 else pages_of(ctx, row, sha256),
        document_sha256=sha256,
        has_final=bool(row.final_sha256),
        has_certificate=bool(row.certificate_sha256),
        sender_name=row.people.get(str(row.sender_id), ""),
        responsible_name=row.people.get(str(row.responsible_id), ""),
        events=tuple(_events(row, request)),
        approver_fields=approver_fields(row),
        has_saved_signature=requests.saved_signature(portal.member_id, user_id) is not None,
        may_sign_there=(one := request.employee_in_turn) is not None and one.employee == user_id,
        may_approve=request.status is Status.AWAITING_APPROVAL and user_id == request.responsible_id,
        may_void=may_void(row, request),
        may_remind=may(request, Remind) and capabilities_of(ctx, row.portal, row.connection).manual_reminders,
        may_move_deadline=may(request, ChangeDeadline) and is_ours_to_move(ctx, request, row.connection),
        expires_on=last_day(request),
        next_reminders=dict(_next_reminders(request, ctx.now())),
        works=works_of(ctx, row),
        drift=tuple(_drift(row)) if request.status in OPEN else (),
        conflicts=tuple(Difference(**kept) for kept in (row.conflicts or {}).values()),
        may_resend=request.status in OPEN and bool(row.made_of),
        service=_service(row),
        came_signed=requests.came_signed(row),
        made_from=_made_from(row),
        copies=tuple(_copies(row, request)),
    )


def _drift(row: Request) -> Iterator[Difference]:
    """List what the card says otherwise now; labels are those that were told."""
    if not row.drift:
        return
    told = [each for event in audit.events(row.portal, row.id) for each in event.data.get("differences", ())]
    labels = {each["path"]: each["label"] for each in told}
    for path, now in row.drift.items():
        yield Difference(path, labels.get(path, path), (row.printed or {}).get(path, ""), now)


def by_activity(_ctx: Context, portal: Portal, activity_id: int) -> str | None:
    """Find a request by its live card in the timeline."""
    return requests.by_activity(portal.member_id, activity_id)


def _made_from(row: Request) -> MadeFrom | None:
    """Name the template as it is called now, and the very revision."""
    revision = templates.find_revision(row.portal, row.revision) if row.revision else None
    template = templates.find(row.portal, revision.template) if revision else None
    if revision is None or template is None:
        return None
    return MadeFrom(template.id, template.name, revision.id, revision.number)


def _copies(row: Request, request: SignatureRequest) -> Iterator[CopyView]:
    """List who only gets the document, with when our letter went to the address that stands now."""
    if not request.copies:
        return
    letters = [event for event in audit.events(row.portal, row.id) if event.type is EventType.LETTER_SENT]
    sent = {str(event.data["email"]).casefold(): event.at for event in letters if event.data.get("kind") == "copy"}
    may_change = may(request, ChangeCopy) and not request.is_external
    for copy in request.copies:
        name = copy.name if copy.name != copy.email else ""
        yield CopyView(copy.id, name, copy.email, sent.get(copy.email.casefold()), may_change)


def _service(row: Request) -> str:
    """Name the account, even one that was taken away since."""
    found = connections.find(row.portal, row.connection) if row.connection else None
    return str(found.name) if found else ""


def is_ours_to_move(ctx: Context, request: SignatureRequest, connection: str) -> bool:
    """Say whether the deadline is kept by us: a signing service that was told of it keeps it itself."""
    return not is_signed_elsewhere(request) or capabilities_of(ctx, request.portal, connection).expiry is None


def _next_reminders(request: SignatureRequest, now: datetime) -> Iterator[tuple[str, date]]:
    for signer in request.signing:
        moment = next_reminder(request, signer, now)
        if moment is not None:
            yield signer.id, day_of(moment, zone_named(request.time_zone))


def final_document(ctx: Context, portal: Portal, user_id: int, request_id: str) -> tuple[str, bytes]:
    """Return file name and bytes of the sealed PDF. Raises: NotFound while there is none."""
    row = reach_request(ctx, portal, user_id, request_id)
    if not row.final_sha256:
        raise NotFound(N_("This document is not completed yet."))
    return file_name(row.title), ctx.blobs.get(row.final_sha256)


def certificate(ctx: Context, portal: Portal, user_id: int, request_id: str) -> tuple[str, bytes]:
    """Return file name and bytes of the certificate that stands beside a document. Raises: NotFound without one."""
    row = reach_request(ctx, portal, user_id, request_id)
    if not row.certificate_sha256:
        raise NotFound(N_("This document has no certificate of its own."))
    return certificate_name(row.title), ctx.blobs.get(row.certificate_sha256)


def certificate_name(title: str) -> str:
    return file_name(f"{title} - certificate")


def reach_request(ctx: Context, portal: Portal, user_id: int, request_id: str) -> Request:
    """Find a request for an employee who wants to see it or to act on it; every such service begins here.

    Its sender and the responsible employee may; others only where Bitrix24 shows them the card.
    Raises: NotFound for another portal's request; NotAllowed.
    """
    row = requests.row(portal.member_id, request_id)
    if user_id not in (row.sender_id, row.responsible_id):
        require_card(ctx, portal, user_id, Entity(row.entity_type_id, row.entity_id))
    return row


def require_card(ctx: Context, portal: Portal, user_id: int, entity: Entity) -> None:
    """Raises: NotAllowed when Bitrix24 does not show this employee a card."""
    try:
        ctx.rest(portal, user_id).call("crm.item.get", {"entityTypeId": entity.type_id, "id": entity.id})
    except BitrixError as error:
        if error.permanent:
            raise NotAllowed(N_("Bitrix24 does not give you access to the card of this document.")) from error
        raise


def file_name(title: str) -> str:
    """Make a harmless file name of a title."""
    kept = "".join(c if c.isalnum() or c in " -_.()" else " " for c in title)
    return (" ".join(kept.split())[:100] or "document") + ".pdf"


def _events(row: Request, request: SignatureRequest) -> Iterator[EventView]:
    for event in audit.events(row.portal, row.id):
        yield EventView(str(event.type), event.at, _who(row, request, event), _data(event))


def _who(row: Request, request: SignatureRequest, event: AuditEvent) -> str:
    if event.actor.kind == "employee":
        return str(row.people.get(event.actor.id, ""))
    signer = request.signer(event.signer_id)
    return signer.name if signer else ""


def _data(event: AuditEvent) -> dict[str, Any]:
    return {key: value for key, value in event.data.items() if key in _VALUES_IN_EVENTS}
