"""Documents that come from outside: judge an upload, clean it, give it a page of signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from b24app.documents import guard
from b24app.documents.limits import DEFAULT_LIMITS, Limits
from b24app.documents.templates.model import PartyBlock
from b24app.domain.fields import Field, PageSize
from b24app.errors import N_, DocumentRefused

__all__ = ["PAGE_LIMIT", "SIZE_LIMIT_MB", "PartyBlock", "Upload", "append_signature_page", "inspect_upload"]

SIZE_LIMIT_MB = 25
PAGE_LIMIT = 500

NOT_PDF = N_("“%(filename)s” is not a PDF. Save the document as PDF and upload that.")
TOO_LARGE = N_("“%(filename)s” is larger than %(limit)s MB. Save it with smaller pictures and upload it again.")

_JOBS = "b24app.documents.jobs"


@dataclass(frozen=True)
class Upload:
    """A PDF fit to be sent.

    `pdf`: pages upright at 0, 0, form flattened, active content gone; the very bytes that came when `is_signed`
    (any change would break the signature: the caller offers "send as is" only). `removed` and `notes` are gettext
    keys: what was taken out (nouns), and what the sender should know (sentences).
    """

    pdf: bytes
    pages: int
    sizes: tuple[PageSize, ...]
    removed: tuple[str, ...]
    is_signed: bool
    notes: tuple[str, ...]


def inspect_upload(data: bytes, filename: str, *, limits: Limits = DEFAULT_LIMITS) -> Upload:
    """Judge an uploaded file and bring it into shape.

    Raises: DocumentRefused with reason not_pdf, too_large, too_many_pages, encrypted, malformed, bomb, too_complex,
    bad_page_size, user_unit, xfa, or busy.
    """
    if len(data) > SIZE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(TOO_LARGE, reason="too_large", filename=filename, limit=SIZE_LIMIT_MB)
    if b"%PDF-" not in data[:1024]:
        raise DocumentRefused(NOT_PDF, reason="not_pdf", filename=filename)
    output = guard.run(f"{_JOBS}.uploads:inspect", {"page_limit": PAGE_LIMIT}, {"pdf": data}, limits=limits)
    verdict = output.data
    return Upload(
        pdf=output.blobs["pdf"],
        pages=verdict["pages"],
        sizes=tuple(PageSize(**size) for size in verdict["sizes"]),
        removed=tuple(verdict["removed"]),
        is_signed=verdict["is_signed"],
        notes=tuple(verdict["notes"]),
    )


def append_signature_page(
    pdf: bytes, parties: Sequence[PartyBlock], *, title: str, locale: str
) -> tuple[bytes, tuple[Field, ...]]:
    """Add a page (or more, for many parties) with a signature block for every party.

    Returns the new PDF and its fields. Raises: DocumentRefused, with reason "signed" for a signed file.
    """
    args = {"parties": [asdict(party) for party in parties], "title": title, "locale": locale}
    output = guard.run(f"{_JOBS}.signature_pages:append", args, {"pdf": pdf})
    return output.blobs["pdf"], tuple(Field.from_dict(field) for field in output.data["fields"])
