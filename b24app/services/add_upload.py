"""Take a file an employee wants to send: check it in a guarded child, keep it with the composer."""

from __future__ import annotations

from dataclasses import replace

from b24app.clock import to_ms
from b24app.documents.merging import FILES_LIMIT
from b24app.documents.merging import TOO_MANY as TOO_MANY_FILES
from b24app.documents.sources import Upload as Inspected
from b24app.documents.sources import inspect_upload
from b24app.documents.storage import sha256_of
from b24app.domain.preflight import FileFacts
from b24app.errors import N_, DocumentRefused, Sentence
from b24app.evidence.verify import State, verify
from b24app.services.composing import UploadView
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal, Upload

BROKEN_SIGNATURE = N_("A digital signature in this file does not hold: the file was changed after it was signed.")

KEPT_LIMIT = 4 * FILES_LIMIT
"""Files an employee may try out in one opening of the popup."""


def add_upload(ctx: Context, portal: Portal, user_id: int, composer_id: str, filename: str, data: bytes) -> UploadView:
    """Raises: DocumentRefused with a sentence that says what is wrong with the file and what to do."""
    composer = open_for_files(portal, user_id, composer_id)
    row = new_row(ctx, composer, filename)
    fill_row(ctx, row, data, inspect_upload(data, filename))
    with writing():
        row.save(force_insert=True)
    return view_of(row)


def open_for_files(portal: Portal, user_id: int, composer_id: str) -> Composer:
    """Find the composer, with room for one more file. Raises: NotFound, DocumentRefused."""
    composer = composers.get(portal.member_id, user_id, composer_id)
    if composers.count_uploads(portal.member_id, composer.id) >= KEPT_LIMIT:
        raise DocumentRefused(TOO_MANY_FILES, reason="too_many_files", limit=FILES_LIMIT)
    return composer


def new_row(ctx: Context, composer: Composer, filename: str, origin: str = "") -> Upload:
    """A file that is not there yet."""
    return Upload(
        id=ctx.new_id(),
        composer=composer.id,
        portal=composer.portal,
        name=title_of(filename),
        sha256="",
        state="pending",
        origin=origin,
        created_at=to_ms(ctx.now()),
    )


def fill_row(ctx: Context, row: Upload, data: bytes, inspected: Inspected) -> None:
    """Keep what came of a file, and what was found in it."""
    row.sha256 = ctx.blobs.put(inspected.pdf)
    row.fingerprint = sha256_of(data)
    row.pages = [[size.w_pt, size.h_pt] for size in inspected.sizes]
    row.removed = list(inspected.removed)
    row.is_signed = inspected.is_signed
    row.facts = _with_broken_signatures(ctx, inspected).to_dict()
    row.candidates = [field.to_dict() for field in inspected.candidates]
    row.state = "ready"


def _with_broken_signatures(ctx: Context, inspected: Inspected) -> FileFacts:
    """Add what its digital signatures say: that one no longer holds, the sender must have seen."""
    facts = inspected.facts
    if not inspected.is_signed or verify(inspected.pdf, (), ctx.now()).state is State.UNKNOWN_ISSUER:
        return facts
    return replace(facts, notes=(*facts.notes, BROKEN_SIGNATURE))


def view_of(row: Upload) -> UploadView:
    return UploadView(
        id=row.id,
        name=row.name,
        pages=len(row.pages),
        removed=tuple(row.removed),
        is_signed=row.is_signed,
        state=row.state,
        trouble=Sentence.read(row.trouble) if row.trouble else None,
        sha256=row.sha256,
        placed=len(row.placed or ()),
    )


def title_of(filename: str) -> str:
    """Make a document's title of a file name: no path, no ending, no control characters."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return stem[:150] or "Document"
