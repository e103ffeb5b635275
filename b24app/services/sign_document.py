"""A signer at work: his link, his consent, his entries, his signature. The server puts the dates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from structlog.contextvars import bind_contextvars

from b24app.documents.formats import date as format_date
from b24app.domain.acts import Act, Consent, Correct, Decline, Sign, View
from b24app.domain.days import day_of, zone_named
from b24app.domain.entries import FILES, INK, MAX_TEXT, NOT_YOURS, READ_ONLY, TYPED, complete, put
from b24app.domain.fields import Field, FieldType, FieldValue, fields_of
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.domain.text import MAX_NAME, one_line
from b24app.domain.timetable import is_over, last_day
from b24app.errors import N_, InvalidPayload, NotAllowed, NotFound
from b24app.services.context import Context
from b24app.services.fontless import refuse_fontless_entries, refuse_fontless_text
from b24app.services.page_image import page_image as show_page
from b24app.services.page_image import page_texts
from b24app.services.record import apply_inside
from b24app.services.rendition import current_document, pages_of, values_fingerprint
from b24app.services.showing import ClosedLink, ElsewhereView, SigningView
from b24app.services.signature_input import SignatureInput, keep_file, keep_signature
from b24app.store import connections, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Request, SignerLink
from b24app.store.vault import fingerprint

_CLOSED = {
    Status.DECLINED: "declined",
    Status.VOIDED: "voided",
    Status.REFUSED: "refused",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
}


@dataclass(frozen=True)
class _Turn:
    """A live link, resolved: whose it is and what he signs."""

    link: SignerLink
    row: Request
    request: SignatureRequest
    signer: Signer

    @property
    def fields(self) -> tuple[Field, ...]:
        return fields_of(requests.fields(self.row), str(self.signer.position))


def open_link(ctx: Context, token: str) -> SigningView | ClosedLink:
    """Look a link up; changes nothing, so that a mail scanner's visit does no harm."""
    link = _find(token)
    if link is None:
        return ClosedLink("unknown")
    request = requests.load(link.portal, link.request)
    signer = request.signer(link.signer)
    closed = _why_closed(ctx, link, request, signer)
    if closed or signer is None:
        return closed or ClosedLink("unknown")
    turn = _Turn(link, requests.row(link.portal, link.request), request, signer)
    return _elsewhere(ctx, turn) if turn.row.connection else _view(ctx, turn)


def link_elsewhere(ctx: Context, token: str) -> SignerLink:
    """Resolve the link of a signer who may sign at the request's provider now. Raises: NotFound, NotAllowed."""
    turn = _turn_anywhere(ctx, token)
    if not turn.row.connection:
        raise NotAllowed(N_("This document is signed on this page."))
    return turn.link


def record_view(ctx: Context, token: str, ip: str, user_agent: str) -> None:
    """Note that the signer has opened the document; only the first time counts."""
    if _turn(ctx, token).signer.viewed_at is None:
        with _acting(ctx, token) as turn:
            _apply(ctx, turn, View(turn.signer.id, ip, user_agent))


def record_consent(ctx: Context, token: str, consent_text: str, ip: str, user_agent: str) -> None:
    """Note that the signer agreed to sign electronically, and to exactly which words."""
    text_sha256 = hashlib.sha256(consent_text.encode()).hexdigest()
    with _acting(ctx, token) as turn:
        _apply(ctx, turn, Consent(turn.signer.id, text_sha256, ip, user_agent))


def correct_signer(ctx: Context, token: str, name: str, company: str) -> None:
    """Let the signer correct how he himself is called."""
    name, company = one_line(name, MAX_NAME), one_line(company, MAX_NAME)
    if not name:
        raise InvalidPayload(N_("Your name cannot be empty."), field="name")
    refuse_fontless_text("name", name, company)
    with _acting(ctx, token) as turn:
        _require_consent(turn)
        _apply(ctx, turn, Correct(turn.signer.id, name, company))


def save_value(ctx: Context, token: str, field_id: str, text: str = "") -> None:
    """Keep one entry while the signer is still at it.

    `text` of a radio button is the id of the chosen one of its group; the others are let go.
    Raises: InvalidPayload naming the field when it is not his, is a date (the server puts those) or fails its check.
    """
    known = _require_consent(_turn(ctx, token))
    field = _own_field(known, field_id)
    if field.type not in TYPED:
        raise InvalidPayload(N_("This field is filled in by the server or by your signature."), field=field_id)
    values = put(known.fields, field, text)
    refuse_fontless_entries(known.fields, values)
    with _acting(ctx, token) as turn:
        _require_consent(turn)
        _keep(turn, values)


def save_file(ctx: Context, token: str, field_id: str, filename: str, data: bytes) -> FieldValue:
    """Keep a picture or an attached file for one place; no bytes take it away again.

    Raises: InvalidPayload naming the field when it takes no file; DocumentRefused for a file that cannot be used.
    """
    field = _own_field(_require_consent(_turn(ctx, token)), field_id)
    if field.type not in FILES:
        raise InvalidPayload(NOT_YOURS, field=field_id)
    if field.read_only:
        raise InvalidPayload(READ_ONLY, field=field_id)
    value = keep_file(ctx, field, filename, data) if data else FieldValue(field_id)
    with _acting(ctx, token) as turn:
        _require_consent(turn)
        _keep(turn, [value])
    return value


def save_signature(ctx: Context, token: str, signature: SignatureInput, field_id: str = "") -> None:
    """Adopt a signature: for one field, or for every signature and initials field that is still empty."""
    _require_consent(_turn(ctx, token))
    if signature.kind == "saved":
        raise InvalidPayload(N_("Draw, type or upload your signature."), field="signature")
    image_sha256 = keep_signature(ctx, signature)
    with _acting(ctx, token) as turn:
        _require_consent(turn)
        fields = _signature_fields(turn, field_id)
        _keep(turn, [FieldValue(field.id, image_sha256=image_sha256) for field in fields])


def finish(ctx: Context, token: str, ip: str, user_agent: str) -> None:
    """Sign: check that nothing required is empty, put the dates, forget what hidden places held, end his turn.

    Raises: InvalidPayload whose `field` is the first empty required field; NotAllowed out of turn or without consent.
    """
    with _acting(ctx, token) as turn:
        _require_consent(turn)
        portal, position = turn.link.portal, str(turn.signer.position)
        before = requests.values(portal, turn.request.id, [position])
        final = list(complete(turn.fields, before, _known(turn, ctx.now())))
        refuse_fontless_entries(turn.fields, final)
        _keep(turn, [value for value in final if value != before.get(value.field_id, FieldValue(value.field_id))])
        entered = requests.values(portal, turn.request.id, [position])
        act = Sign(turn.signer.id, values_fingerprint(entered), ip, user_agent)
        _apply(ctx, turn, act)


def decline(ctx: Context, token: str, reason: str, ip: str, user_agent: str) -> None:
    """Refuse to sign, with a reason that the sender will read."""
    with _acting(ctx, token) as turn:
        _apply(ctx, turn, Decline(turn.signer.id, reason.strip()[:MAX_TEXT], ip, user_agent))


def page_image(ctx: Context, token: str, page: int, width_px: int) -> tuple[bytes, str]:
    """Show a page to its signer, in his turn and after his consent only."""
    turn = _require_consent(_turn(ctx, token))
    return show_page(ctx, current_document(ctx, turn.row, turn.request), page, width_px)


@contextmanager
def _acting(ctx: Context, token: str) -> Iterator[_Turn]:
    """Hold the request while its signer changes something: until then it may end and his link may die.

    Raises: NotFound, NotAllowed.
    """
    with writing():
        link = _find(token)
        if link is not None:
            requests.lock(link.portal, link.request)
        turn = _turn(ctx, token)
        yield turn
    ctx.hints.hint(turn.link.portal)


def _apply(ctx: Context, turn: _Turn, act: Act) -> None:
    apply_inside(ctx, turn.link.portal, turn.request.id, act)


def _view(ctx: Context, turn: _Turn) -> SigningView:
    sha256 = current_document(ctx, turn.row, turn.request)
    options = portals.get(turn.link.portal).settings
    return SigningView(
        request=turn.request,
        signer=turn.signer,
        locale=turn.signer.locale,
        sender_name=turn.row.people.get(str(turn.request.sender_id), ""),
        sender_company=str(options.get("sender_name", "")),
        pages=pages_of(ctx, turn.row, sha256),
        document_sha256=sha256,
        fields=turn.fields,
        values=requests.values(turn.link.portal, turn.request.id, [str(turn.signer.position)]),
        page_texts=page_texts(ctx, sha256) if turn.signer.consented_at else (),
        expires_on=last_day(turn.request),
        came_signed=requests.came_signed(turn.row),
    )


def _elsewhere(ctx: Context, turn: _Turn) -> ElsewhereView:
    """Say who asks and which service it is; its name is unknown once its connection is gone."""
    row, portal = turn.row, portals.find(turn.link.portal)
    kept = connections.find(row.portal, row.connection)
    room = ctx.rooms.get(kept.provider) if kept else None
    return ElsewhereView(
        "elsewhere",
        turn.signer.locale,
        expires_on=last_day(turn.request),
        title=row.title,
        sender_name=row.people.get(str(row.sender_id), ""),
        sender_company=str(portal.settings.get("sender_name", "")) if portal else "",
        service=room.title if room else "",
        origins=room.pages(kept.settings) if room and kept else (),
    )


def _require_consent(turn: _Turn) -> _Turn:
    """Let the signer see the document and fill it in only after he agreed to sign electronically."""
    if turn.signer.consented_at is None:
        raise NotAllowed(N_("Agree to sign electronically first."))
    return turn


def _find(token: str) -> SignerLink | None:
    """Look up whose link this is; log lines name his portal and request from here on."""
    link = requests.link(fingerprint(token))
    if link is not None:
        bind_contextvars(portal=link.portal, signature_request=link.request)
    return link


def _turn(ctx: Context, token: str) -> _Turn:
    """Resolve a link whose signer may act here now. Raises: NotFound; NotAllowed, also when he signs elsewhere."""
    turn = _turn_anywhere(ctx, token)
    if turn.row.connection:
        raise NotAllowed(N_("This document can no longer be signed through this link. Open the link again to see why."))
    return turn


def _turn_anywhere(ctx: Context, token: str) -> _Turn:
    link = _find(token)
    if link is None:
        raise NotFound(N_("This link does not lead to a document. Look for a newer letter, or ask the sender."))
    request = requests.load(link.portal, link.request)
    signer = request.signer(link.signer)
    if signer is None or _why_closed(ctx, link, request, signer):
        raise NotAllowed(N_("This document can no longer be signed through this link. Open the link again to see why."))
    return _Turn(link, requests.row(link.portal, link.request), request, signer)


def _why_closed(ctx: Context, link: SignerLink, request: SignatureRequest, signer: Signer | None) -> ClosedLink | None:
    if signer is None:
        return ClosedLink("unknown")
    if signer.status is SignerStatus.SIGNED:
        return ClosedLink("signed", signer.locale, signer.signed_at)
    if request.status is Status.EXPIRED or _is_late(ctx, request):
        return ClosedLink("expired", signer.locale, expires_on=last_day(request))
    if request.status in _CLOSED:
        return ClosedLink(_CLOSED[request.status], signer.locale)
    if link.revoked_at is not None:
        return ClosedLink("revoked", signer.locale)
    if request.status is not Status.AWAITING_SIGNATURES or not signer.has_turn:
        return ClosedLink("not_your_turn", signer.locale)
    return None


def _is_late(ctx: Context, request: SignatureRequest) -> bool:
    """Say whether the last day is over before the worker has ended the request; a clock that jumped does not count."""
    now = ctx.trusted_now()
    return request.status is Status.AWAITING_SIGNATURES and now is not None and is_over(request, now)


def _own_field(turn: _Turn, field_id: str) -> Field:
    field = next((field for field in turn.fields if field.id == field_id), None)
    if field is None:
        raise InvalidPayload(NOT_YOURS, field=field_id)
    return field


def _signature_fields(turn: _Turn, field_id: str) -> Iterator[Field]:
    entered = requests.values(turn.link.portal, turn.request.id, [str(turn.signer.position)])
    for field in turn.fields:
        if field.type not in INK:
            continue
        if field.id == field_id or (not field_id and field.id not in entered):
            yield field


def _known(turn: _Turn, now: datetime) -> dict[FieldType, str]:
    """Say what the server adds: dates always, name, company and e-mail where the signer left them as they were."""
    return {
        FieldType.NAME: turn.signer.name,
        FieldType.COMPANY: turn.signer.company,
        FieldType.EMAIL: turn.signer.email,
        FieldType.DATE: signing_date(turn.row, now),
    }


def _keep(turn: _Turn, values: Iterable[FieldValue]) -> None:
    for value in values:
        requests.put_value(turn.link.portal, turn.request.id, str(turn.signer.position), value)


def signing_date(row: Request, now: datetime) -> str:
    """Write today's date in the document's language and its sender's time zone."""
    return format_date(day_of(now, zone_named(row.time_zone)), row.locale)
