"""Take a file out of Bitrix24 into a composer; a document that is still being made is waited for in small steps."""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix import disk, files
from b24app.bitrix.card import CardSnapshot
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.documents import GeneratedDocument, download_pdf, get_document, make_document
from b24app.bitrix.entities import Entity, positive_int
from b24app.clock import from_ms
from b24app.documents.sources import SIZE_LIMIT_MB, inspect_upload
from b24app.errors import N_, BitrixError, DocumentRefused, InvalidPayload, NotFound, Sentence
from b24app.services.add_upload import fill_row, new_row, open_for_files, view_of
from b24app.services.bitrix_files import property_files
from b24app.services.composing import UploadView
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal, Upload

MAX_BYTES = SIZE_LIMIT_MB * 1024 * 1024
PATIENCE = timedelta(minutes=5)
"""Bitrix24 says half a minute for a conversion; after this long nobody waits any more."""

UNKNOWN = N_("Choose a document or a file from the list.")
TOO_LATE = N_("Bitrix24 has not finished the PDF of this document in five minutes. Try again later, or upload a PDF.")
NO_PDF = N_("Bitrix24 could not convert this document to PDF. Create it again, or upload a PDF.")


def pick_file(ctx: Context, portal: Portal, user_id: int, composer_id: str, origin: str) -> UploadView:
    """Take what `origin` names: "document:61", "template:39", "property:UF_CRM_X:283" or "drive:9011".

    A template has Bitrix24 make a new document first. Raises: InvalidPayload, NotFound, DocumentRefused, BitrixError.
    """
    composer = open_for_files(portal, user_id, composer_id)
    card = CardSnapshot.from_dict(composer.snapshot)
    client = ctx.rest(portal, user_id)
    kind, _colon, rest = origin.partition(":")
    if kind == "document":
        row = _of_document(ctx, composer, client, card.entity, get_document(client, _number(rest)))
    elif kind == "template":
        row = _of_document(ctx, composer, client, card.entity, make_document(client, _number(rest), card.entity))
    elif kind == "property":
        row = _of_property(ctx, composer, client, card, rest)
    elif kind == "drive":
        name, data = disk.fetch_file(client, _number(rest), max_bytes=MAX_BYTES)
        row = _of_bytes(ctx, composer, name, origin, data)
    else:
        raise InvalidPayload(UNKNOWN, field="document")
    with writing():
        row.save(force_insert=True)
    return view_of(row)


def look_again(ctx: Context, portal: Portal, user_id: int, composer_id: str, upload_id: str) -> UploadView:
    """Look once whether a document that was being made has its PDF now; one short call, or the download.

    What goes wrong is kept with the file, so that the list can say it. Raises: NotFound.
    """
    composer = composers.get(portal.member_id, user_id, composer_id)
    row = composers.upload(portal.member_id, composer_id, upload_id)
    if row is None:
        raise NotFound(UNKNOWN)
    if row.state != "pending":
        return view_of(row)
    entity = CardSnapshot.from_dict(composer.snapshot).entity
    try:
        _look(ctx, row, ctx.rest(portal, user_id), entity)
    except (DocumentRefused, BitrixError) as error:
        if isinstance(error, BitrixError) and not error.permanent and not _is_late(ctx, row):
            return view_of(row)
        _fail(row, Sentence.of(error))
    with writing():
        row.save()
    return view_of(row)


def _look(ctx: Context, row: Upload, client: PortalClient, entity: Entity) -> None:
    document = get_document(client, _number(row.origin.partition(":")[2]))
    if document.pdf_state == "ready":
        _take_pdf(ctx, row, client, entity, document)
    elif document.pdf_state == "failed":
        _fail(row, Sentence(NO_PDF))
    elif _is_late(ctx, row):
        _fail(row, Sentence(TOO_LATE))


def _of_document(
    ctx: Context, composer: Composer, client: PortalClient, entity: Entity, document: GeneratedDocument
) -> Upload:
    row = new_row(ctx, composer, f"{document.title}.pdf", f"document:{document.id}")
    if document.pdf_state == "failed":
        raise BitrixError(NO_PDF, code="pdf_failed", permanent=True)
    if document.pdf_state == "ready":
        _take_pdf(ctx, row, client, entity, document)
    return row


def _take_pdf(ctx: Context, row: Upload, client: PortalClient, entity: Entity, document: GeneratedDocument) -> None:
    data = download_pdf(client, document.id, entity=entity, max_bytes=MAX_BYTES)
    fill_row(ctx, row, data, inspect_upload(data, f"{row.name}.pdf"))


def _of_property(ctx: Context, composer: Composer, client: PortalClient, card: CardSnapshot, where: str) -> Upload:
    name, _colon, file_id = where.rpartition(":")
    offered = property_files(card)
    chosen = next((each for each in offered if (each.property, each.file_id) == (name, positive_int(file_id))), None)
    if chosen is None:
        raise InvalidPayload(UNKNOWN, field="document")
    data = files.fetch_property(client, card.entity, name, chosen.file_id, max_bytes=MAX_BYTES)
    several = sum(each.property == name for each in offered) > 1
    title = f"{chosen.label} {chosen.number}" if several else chosen.label
    return _of_bytes(ctx, composer, f"{title}.", f"property:{where}", data)


def _of_bytes(ctx: Context, composer: Composer, name: str, origin: str, data: bytes) -> Upload:
    row = new_row(ctx, composer, name, origin)
    fill_row(ctx, row, data, inspect_upload(data, name.rstrip(".")))
    return row


def _is_late(ctx: Context, row: Upload) -> bool:
    return ctx.now() - from_ms(row.created_at) > PATIENCE


def _fail(row: Upload, trouble: Sentence) -> None:
    row.state, row.trouble = "failed", trouble.kept()


def _number(text: str) -> int:
    """Read an id. Raises: InvalidPayload."""
    found = positive_int(text)
    if not found:
        raise InvalidPayload(UNKNOWN, field="document")
    return found
