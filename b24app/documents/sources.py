"""Documents that come from outside: judge a file, make it a PDF, clean it, give it a page of signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from b24app.documents import guard, office
from b24app.documents.limits import DEFAULT_LIMITS, Limits
from b24app.documents.templates.model import PartyBlock
from b24app.domain.fields import Field, PageSize
from b24app.domain.preflight import NOTHING_FOUND, FileFacts
from b24app.errors import N_, DocumentRefused

__all__ = ["PAGE_LIMIT", "SIZE_LIMIT_MB", "PartyBlock", "Upload", "append_signature_page", "inspect_upload"]

SIZE_LIMIT_MB = 25
PAGE_LIMIT = 500

NOT_PDF = N_("“%(filename)s” is not a PDF. Save the document as PDF and upload that.")
NO_KIND = N_("“%(filename)s” is neither a PDF nor a picture nor a Word document. Save it as PDF and upload that.")
OLD_WORD = N_("“%(filename)s” is in an old format of Word, or protected. Save it as DOCX or as PDF and upload that.")
TOO_LARGE = N_("“%(filename)s” is larger than %(limit)s MB. Save it with smaller pictures and upload it again.")
EMPTY = N_("“%(filename)s” is empty. Choose it again.")

_JOBS = "b24app.documents.jobs"
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Upload:
    """A PDF fit to be sent.

    `pdf`: pages upright at 0, 0, form flattened, active content gone; the very bytes that came when `is_signed`
    (any change would break the signature: the caller offers "send as is" only). `notes` are gettext keys: what the
    sender should know. `candidates`: places its form and its text tags propose, to be confirmed.
    """

    pdf: bytes
    pages: int
    sizes: tuple[PageSize, ...]
    is_signed: bool
    notes: tuple[str, ...]
    facts: FileFacts = NOTHING_FOUND
    candidates: tuple[Field, ...] = ()

    @property
    def removed(self) -> tuple[str, ...]:
        """What was taken out (gettext keys, nouns)."""
        return self.facts.removed


def inspect_upload(data: bytes, filename: str, *, limits: Limits = DEFAULT_LIMITS) -> Upload:
    """Judge a file (PDF, PNG, JPEG, DOCX), make it a PDF and bring that into shape.

    Raises: DocumentRefused with reason not_pdf, too_large, too_many_pages, encrypted, malformed, bomb, too_complex,
    bad_page_size, user_unit, xfa, not_image or busy, or one of `office.to_pdf`.
    """
    if len(data) > SIZE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(TOO_LARGE, reason="too_large", filename=filename, limit=SIZE_LIMIT_MB)
    if not data:
        raise DocumentRefused(EMPTY, reason="not_pdf", filename=filename)
    if data.startswith(_PICTURES):
        return _inspect_pdf(_picture(data), limits)
    if data.startswith(_ZIP) and b"word/" in data:
        pdf, removed = office.to_pdf(data)
        upload = _inspect_pdf(pdf, limits)
        return replace(upload, facts=replace(upload.facts, removed=(*removed, *upload.facts.removed)))
    if data.startswith(_OLE):
        raise DocumentRefused(OLD_WORD, reason="not_pdf", filename=filename)
    if b"%PDF-" not in data[:1024]:
        what = NOT_PDF if filename.lower().endswith(".pdf") else NO_KIND
        raise DocumentRefused(what, reason="not_pdf", filename=filename)
    return _inspect_pdf(data, limits)


def _picture(data: bytes) -> bytes:
    return guard.run(f"{_JOBS}.pictures:to_pdf", {}, {"image": data}).blobs["pdf"]


def _inspect_pdf(data: bytes, limits: Limits) -> Upload:
    output = guard.run(f"{_JOBS}.uploads:inspect", {"page_limit": PAGE_LIMIT}, {"pdf": data}, limits=limits)
    verdict = output.data
    return Upload(
        pdf=output.blobs["pdf"],
        pages=verdict["pages"],
        sizes=tuple(PageSize(**size) for size in verdict["sizes"]),
        is_signed=verdict["is_signed"],
        notes=tuple(verdict["notes"]),
        facts=FileFacts.from_dict(verdict["facts"]),
        candidates=tuple(Field.from_dict(field) for field in verdict["candidates"]),
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
