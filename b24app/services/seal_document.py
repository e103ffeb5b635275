"""Close a signed document: stamp what was entered, add the certificate page, seal, store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from b24app.clock import monotonic_s
from b24app.documents.preview import page_sizes
from b24app.domain.acts import Seal
from b24app.domain.events import AuditEvent, EventType
from b24app.domain.signature_request import SignatureRequest, Signer, Status
from b24app.errors import N_, ConfigError, DocumentRefused
from b24app.evidence.authority import Authority
from b24app.evidence.certificate import CertificateData, EventEntry, FileEntry, PersonEntry, certificate_page, finish
from b24app.evidence.labels import event_text
from b24app.evidence.seal import Sealed, Sealer
from b24app.outbox.message import Message
from b24app.services.context import Context
from b24app.services.name_copies import with_address
from b24app.services.record import apply_inside
from b24app.services.rendition import attached_files, current_document, finished_values
from b24app.services.words import speaker
from b24app.store import audit, handovers, portals, requests
from b24app.store.database import reading, writing
from b24app.store.tables import Authority as AuthorityRow
from b24app.store.tables import Request

FILE = N_("“%(title)s” begins on page %(page)s; the file as it came in: SHA-256 %(sha256)s")

_sealers: dict[str, Sealer] = {}


@dataclass(frozen=True)
class _Closed:
    """The final file, and the certificate where that is a file of its own."""

    pdf: bytes
    certificate: bytes = b""


def seal_document(ctx: Context, message: Message) -> None:
    """Make the final file of a request that is completing; doing it twice leaves one result."""
    row = requests.row(message.portal, message.request_id)
    request = requests.to_domain(row)
    if request.status is not Status.COMPLETING:
        return
    started_s = monotonic_s()
    closed = _close(ctx, row, request)
    if closed is None:
        return
    final_sha256 = ctx.blobs.put(closed.pdf)
    pages = [[size.w_pt, size.h_pt] for size in page_sizes(closed.pdf)]  # the certificate's too
    beside = ctx.blobs.put(closed.certificate) if closed.certificate else ""
    with writing():
        apply_inside(ctx, row.portal, row.id, Seal(final_sha256))
        own = (Request.portal == row.portal) & (Request.id == row.id)
        Request.update(final_sha256=final_sha256, certificate_sha256=beside, pages=pages).where(own).execute()
    ctx.observer.document_sealed(monotonic_s() - started_s)
    ctx.hints.hint(row.portal)


def _close(ctx: Context, row: Request, request: SignatureRequest) -> _Closed | None:
    """Close a request in the way its file allows; None while it is still at its provider."""
    if request.is_external:
        return _close_over(ctx, row, request)
    if requests.came_signed(row):
        return _close_beside(ctx, row, request)
    return _Closed(_seal(ctx, row, request).pdf)


def seal_file(ctx: Context, portal: str, pdf: bytes, name: str) -> Sealed:
    """Seal any PDF with a portal's key, invisibly and without a certificate page; for the command line."""
    with reading():
        return _sealer(ctx, portal).seal(pdf, reason=name, now=ctx.now())


def verification_url(ctx: Context, request_id: str) -> str:
    return ctx.url(f"/v/{request_id}")


def _seal(ctx: Context, row: Request, request: SignatureRequest) -> Sealed:
    stamped_sha256 = current_document(ctx, row, request)
    stamped = ctx.blobs.get(stamped_sha256)
    sizes = page_sizes(stamped)
    certificate = certificate_page(_certificate_data(ctx, row, request, stamped_sha256, len(sizes)))
    return _sealer(ctx, row.portal).seal(
        finish(stamped, certificate.pdf),
        reason=f"{request.title} ({row.id})",
        now=ctx.now(),
        seal_box=certificate.seal_box_behind(len(sizes)),
        verification_url=verification_url(ctx, row.id),
        locale=row.locale,
    )


def _close_over(ctx: Context, row: Request, request: SignatureRequest) -> _Closed | None:
    """Seal the provider's file without touching what it signed; None while it has not been fetched.

    Whoever fetches it enqueues the sealing again. A file that another seal would harm stays as it is, and a sealed
    certificate beside it names its digest.
    """
    kept = handovers.find(row.portal, row.id)
    if kept is None or not kept.signed_sha256:
        return None
    signed = ctx.blobs.get(kept.signed_sha256)
    if sealed := _on_top(ctx, row, request, signed):
        return _Closed(sealed)
    return _Closed(signed, _detached(ctx, row, request, kept.signed_sha256, len(page_sizes(signed))))


def _close_beside(ctx: Context, row: Request, request: SignatureRequest) -> _Closed:
    """Close a file that came signed: its pages take neither entries nor a certificate, which is a file of its own."""
    came = ctx.blobs.get(row.document_sha256)
    certificate = _detached(ctx, row, request, row.document_sha256, len(page_sizes(came)))
    return _Closed(_on_top(ctx, row, request, came) or came, certificate)


def _on_top(ctx: Context, row: Request, request: SignatureRequest, signed: bytes) -> bytes:
    """Seal a signed file without touching its bytes; empty when its signatures would not survive that."""
    reason, url = f"{request.title} ({row.id})", verification_url(ctx, row.id)
    try:
        return _sealer(ctx, row.portal).seal_over(signed, reason=reason, now=ctx.now(), verification_url=url).pdf
    except DocumentRefused as error:
        if error.reason != "detached":
            raise
        return b""


def _detached(ctx: Context, row: Request, request: SignatureRequest, signed_sha256: str, pages: int) -> bytes:
    """Seal a certificate that is a file of its own."""
    certificate = certificate_page(_certificate_data(ctx, row, request, signed_sha256, pages))
    sealed = _sealer(ctx, row.portal).seal(
        certificate.pdf,
        reason=f"{request.title} ({row.id})",
        now=ctx.now(),
        seal_box=certificate.seal_box_behind(0),
        verification_url=verification_url(ctx, row.id),
        locale=row.locale,
    )
    return sealed.pdf


def _sealer(ctx: Context, portal: str) -> Sealer:
    """Keep one sealer a certificate: parsing its key costs more than a seal."""
    found = AuthorityRow.get_or_none(AuthorityRow.portal == portal)
    if found is None:
        raise ConfigError(N_("This Bitrix24 has no sealing key. Run the set-up in Paraph's settings again."))
    if found.leaf_pem not in _sealers:
        key_pem = ctx.vault.unlock(found.key_pem).encode()
        authority = Authority.load(found.root_pem.encode(), found.leaf_pem.encode(), key_pem)
        _sealers[found.leaf_pem] = Sealer(authority)
    return _sealers[found.leaf_pem]


def _certificate_data(
    ctx: Context, row: Request, request: SignatureRequest, stamped_sha256: str, pages: int
) -> CertificateData:
    trail = audit.events(row.portal, row.id)
    names = {signer.id: signer.name for signer in request.signers}
    return CertificateData(
        request_id=row.id,
        title=request.title,
        original_sha256=row.document_sha256,
        stamped_sha256=stamped_sha256,
        page_count=pages,
        signers=tuple(_signer_entry(signer, trail, row.locale) for signer in request.signing),
        approver=_approver_entry(row, trail),
        events=tuple(entry for event in trail for entry in _event_entries(event, names, row)),
        audit_head=audit.head(row.portal, row.id)[1],
        verification_url=verification_url(ctx, row.id),
        locale=row.locale,
        files=tuple(_file_entries(ctx, row, request)),
        copies=tuple(with_address(copy) for copy in request.copies),
    )


def _file_entries(ctx: Context, row: Request, request: SignatureRequest) -> Iterator[FileEntry]:
    names = {str(signer.position): signer.name for signer in request.signers}
    for file in attached_files(requests.fields(row), finished_values(request)):
        pages = len(page_sizes(ctx.blobs.get(file.sha256)))
        yield FileEntry(file.name, names.get(file.signer, ""), pages, file.sha256)


def _event_entries(event: AuditEvent, names: Mapping[str, str], row: Request) -> Iterator[EventEntry]:
    """Word one event; the one that froze the document is followed by the files it was put together from."""
    yield EventEntry(event.at, event_text(event.type, names.get(event.signer_id, ""), row.locale))
    for file in event.data.get("files", ()):
        if file["sha256"] != row.document_sha256:
            text = speaker(row.locale)(FILE, title=file["title"], page=file["first_page"], sha256=file["sha256"])
            yield EventEntry(event.at, text)


def _signer_entry(signer: Signer, trail: Sequence[AuditEvent], locale: str) -> PersonEntry:
    signed = _last(trail, EventType.SIGNER_SIGNED, signer.id)
    return PersonEntry(
        name=signer.name,
        email=signer.email,
        company=signer.company,
        authentication=speaker(locale)(N_("Personal link sent to the e-mail address")),
        ip=str(signed.data.get("ip", "")) if signed else "",
        user_agent=str(signed.data.get("user_agent", "")) if signed else "",
        viewed_at=signer.viewed_at,
        consented_at=signer.consented_at,
        signed_at=signer.signed_at,
    )


def _approver_entry(row: Request, trail: Sequence[AuditEvent]) -> PersonEntry | None:
    given = _last(trail, EventType.APPROVAL_GIVEN, "")
    if given is None:
        return None
    portal = portals.find(row.portal)
    company = str(portal.settings.get("sender_name", "")) if portal else ""
    name = row.people.get(given.actor.id, "")
    proof = speaker(row.locale)(N_("Signed in to Bitrix24 as employee %(id)s"), id=given.actor.id)
    return PersonEntry(name=name, email="", company=company, authentication=proof, signed_at=given.at)


def _last(trail: Sequence[AuditEvent], type: EventType, signer_id: str) -> AuditEvent | None:
    return next((e for e in reversed(trail) if e.type is type and e.signer_id == signer_id), None)
