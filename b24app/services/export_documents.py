"""Pack the finished, sealed documents of a portal into one archive, with a list of them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from b24app.bitrix.entities import card_path
from b24app.clock import from_ms
from b24app.documents.storage import BlobDamaged
from b24app.errors import N_, NotFound
from b24app.services.context import Context
from b24app.services.words import speaker
from b24app.store import holdings, requests
from b24app.store.tables import Portal, Request

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
MAX_NAME_CHARS = 80
HEADINGS = (N_("File"), N_("Title"), N_("Completed (UTC)"), N_("Signatories"), N_("Card"), N_("SHA-256"), N_("ID"))


def export_documents(ctx: Context, portal: Portal, locale: str = "en") -> IO[bytes]:
    """Return an open temporary file that holds a zip; the caller closes it.

    `locale` is the language of the list's headings. A document whose file is damaged or gone is listed without a file.
    Raises: NotFound when nothing has been finished yet.
    """
    file = TemporaryFile()  # noqa: SIM115 - handed to the caller
    listing = io.StringIO()
    table = csv.writer(listing)
    table.writerow([speaker(locale)(heading) for heading in HEADINGS])
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PDFs are compressed already
        for row in holdings.finished(portal.member_id):
            table.writerow([_inert(cell) for cell in _pack(ctx, archive, portal, row)])
            count += 1
        archive.writestr("documents.csv", "\ufeff" + listing.getvalue())  # the mark tells Excel that it is UTF-8
    if not count:
        file.close()
        raise NotFound(N_("There are no finished documents to export yet."))
    file.seek(0)
    return file


def _pack(ctx: Context, archive: zipfile.ZipFile, portal: Portal, row: Request) -> Iterator[str]:
    name = file_name(row)
    try:
        archive.writestr(name, ctx.blobs.get(row.final_sha256))
        if row.certificate_sha256:
            archive.writestr(f"{name.removesuffix('.pdf')} certificate.pdf", ctx.blobs.get(row.certificate_sha256))
    except (NotFound, BlobDamaged):
        name = ""
    signers = requests.to_domain(row).signing
    yield name
    yield row.title
    yield from_ms(row.ended_at or 0).strftime("%Y-%m-%d %H:%M")
    yield ", ".join(f"{signer.name} <{signer.email}>" for signer in signers)
    yield f"https://{portal.domain}{card_path(row.entity_type_id, row.entity_id)}"
    yield row.final_sha256
    yield row.id


def file_name(row: Request) -> str:
    """Name a document so that it sorts by day and opens on every system: `2026-10-01 Offer 12 (a1b2c3d4).pdf`."""
    title = _UNSAFE.sub(" ", row.title).strip(" .")[:MAX_NAME_CHARS].strip() or "document"
    return f"{from_ms(row.ended_at or 0):%Y-%m-%d} {title} ({row.id[:8]}).pdf"


def _inert(cell: str) -> str:
    """Keep a spreadsheet from taking text for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
