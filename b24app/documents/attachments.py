"""Files that signers add: made into pages, and put behind the document."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.documents import guard
from b24app.documents.sources import inspect_upload
from b24app.errors import N_, DocumentRefused

SIZE_LIMIT_MB = 10
PAGE_LIMIT = 50

TOO_LARGE = N_("“%(filename)s” is larger than %(limit)s MB. Choose a smaller file.")
TOO_MANY_PAGES = N_("“%(filename)s” has %(pages)s pages; at most %(limit)s can be attached.")
SIGNED = N_("“%(filename)s” carries a digital signature, which would be lost. Print it as a new PDF and attach that.")

_JOBS = "b24app.documents.jobs.attaching"


def as_pages(data: bytes, filename: str) -> bytes:
    """Make a clean PDF of a PDF or a picture (PNG, JPEG, WebP; one A4 page).

    Raises: DocumentRefused with the reasons of `sources.inspect_upload` and `stamp.clean_picture`.
    """
    if len(data) > SIZE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(TOO_LARGE, reason="too_large", filename=filename, limit=SIZE_LIMIT_MB)
    if b"%PDF-" not in data[:1024]:
        return guard.run(f"{_JOBS}:picture_page", {}, {"image": data}).blobs["pdf"]
    judged = inspect_upload(data, filename)
    if judged.is_signed:
        raise DocumentRefused(SIGNED, reason="signed", filename=filename)
    if judged.pages > PAGE_LIMIT:
        raise DocumentRefused(
            TOO_MANY_PAGES, reason="too_many_pages", filename=filename, pages=judged.pages, limit=PAGE_LIMIT
        )
    return judged.pdf


def append_pages(pdf: bytes, attached: Sequence[bytes]) -> bytes:
    """Put the pages of our own PDFs behind a document, in their order. Raises: DocumentRefused (malformed)."""
    if not attached:
        return pdf
    blobs = {"pdf": pdf, **{f"file-{number}": data for number, data in enumerate(attached)}}
    return guard.run(f"{_JOBS}:append", {"count": len(attached)}, blobs).blobs["pdf"]
