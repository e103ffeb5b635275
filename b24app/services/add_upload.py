"""Take a file an employee wants to send: check it in a guarded child, keep it with the composer."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.documents.sources import inspect_upload
from b24app.errors import N_, DocumentRefused
from b24app.services.composing import UploadView
from b24app.services.context import Context
from b24app.services.page_image import keep_sizes
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Portal, Upload


def add_upload(ctx: Context, portal: Portal, user_id: int, composer_id: str, filename: str, data: bytes) -> UploadView:
    """Raises: DocumentRefused with a sentence that says what is wrong with the file and what to do."""
    composers.get(portal.member_id, user_id, composer_id)
    upload = inspect_upload(data, filename)
    if upload.is_signed:
        raise DocumentRefused(
            N_("This file is already signed; our signature places would break that signature. Send the unsigned file."),
            reason="signed",
        )
    row = Upload(
        id=ctx.new_id(),
        composer=composer_id,
        portal=portal.member_id,
        name=title_of(filename),
        sha256=ctx.blobs.put(upload.pdf),
        removed=list(upload.removed),
        is_signed=upload.is_signed,
        created_at=to_ms(ctx.now()),
    )
    with writing():
        row.save(force_insert=True)
    keep_sizes(ctx, row.sha256, upload.sizes)
    return UploadView(row.id, row.name, len(upload.sizes), upload.removed, upload.is_signed)


def title_of(filename: str) -> str:
    """Make a document's title of a file name: no path, no ending, no control characters."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return stem[:150] or "Document"
