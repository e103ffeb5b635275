"""The certificate of completion: the page behind a finished document that tells who signed, when and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import segno

from b24app.documents import guard
from b24app.evidence.boxes import SealBox
from b24app.evidence.labels import labels_for, language_of
from b24app.evidence.ornament import ribbon
from b24app.evidence.wording import grouped, printable, utc_text

_INNER_WIDTH_PT = 595.28 - 2 * 48


@dataclass(frozen=True)
class PersonEntry:
    """A signer or the approver as the certificate shows him. Times are aware; None when it did not happen."""

    name: str
    email: str
    company: str = ""
    authentication: str = ""
    ip: str = ""
    user_agent: str = ""
    viewed_at: datetime | None = None
    consented_at: datetime | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True)
class FileEntry:
    """A file that a signer added: its pages stand in the document. `sha256` is of these pages as we keep them."""

    name: str
    by: str
    pages: int
    sha256: str


@dataclass(frozen=True)
class EventEntry:
    """One line of the audit trail in plain words, see `labels.event_text`."""

    at: datetime
    text: str


@dataclass(frozen=True)
class CertificateData:
    """Everything the certificate says. Digests are hexadecimal; `stamped_sha256` is of the file before sealing."""

    request_id: str
    title: str
    original_sha256: str
    stamped_sha256: str
    page_count: int
    signers: tuple[PersonEntry, ...]
    events: tuple[EventEntry, ...]
    audit_head: str
    verification_url: str
    approver: PersonEntry | None = None
    locale: str = "en"
    files: tuple[FileEntry, ...] = ()
    copies: tuple[str, ...] = ()  # who gets the document without signing it


@dataclass(frozen=True)
class Certificate:
    """The certificate's pages and the place kept free for the visible seal.

    `seal_page_index` counts from 0 within the certificate; `seal_box.page` from 1, within it as well.
    """

    pdf: bytes
    page_count: int
    seal_page_index: int
    seal_box: SealBox

    def seal_box_behind(self, document_pages: int) -> SealBox:
        """Say where the seal's place ends up when the certificate follows a document of so many pages."""
        box = self.seal_box
        return SealBox(document_pages + self.seal_page_index + 1, box.x_pt, box.y_pt, box.w_pt, box.h_pt)


def certificate_page(data: CertificateData) -> Certificate:
    """Typeset the certificate: one A4 page, more when the audit trail is long. Takes 1 to 500 events.

    Raises: DocumentRefused with reason "too_complex" or "busy" from the guard.
    """
    output = guard.run("b24app.evidence.jobs.typeset:certificate", _for_typst(data), reusable=True)
    place = output.data["seal"]
    box = SealBox(place["page"], place["x"], place["y"], place["w"], place["h"])
    return Certificate(output.blobs["pdf"], output.data["pages"], box.page - 1, box)


def finish(document_pdf: bytes, certificate_pdf: bytes) -> bytes:
    """Put the certificate behind the document. Rewrites the file, so never after sealing.

    Raises: DocumentRefused with reason "signed" when the document carries signatures that rewriting would break,
    "malformed" when it cannot be opened.
    """
    blobs = {"document": document_pdf, "certificate": certificate_pdf}
    return guard.run("b24app.evidence.jobs.append:append", {}, blobs).blobs["pdf"]


def _for_typst(data: CertificateData) -> dict[str, Any]:
    return {
        "lang": language_of(data.locale),
        "labels": labels_for(data.locale),
        "title": printable(data.title, 200),
        "title_short": printable(data.title, 70),
        "request": data.request_id,
        "pages": str(data.page_count),
        "original": grouped(data.original_sha256),
        "stamped": grouped(data.stamped_sha256),
        "head": grouped(data.audit_head),
        "url": data.verification_url,
        "url_text": printable(data.verification_url, 300),
        "ribbon": ribbon(_INNER_WIDTH_PT, 17.0, "#8fb9b8"),
        "qr": _qr_svg(data.verification_url),
        "signers": [_person(person) for person in data.signers],
        "approver": _person(data.approver) if data.approver else None,
        "files": [_file(file) for file in data.files],
        "copies": [printable(copy, 250) for copy in data.copies],
        "events": [[utc_text(event.at), printable(event.text, 300)] for event in data.events],
    }


def _person(person: PersonEntry) -> dict[str, str]:
    return {
        "name": printable(person.name, 120),
        "email": printable(person.email, 120),
        "company": printable(person.company, 120),
        "authentication": printable(person.authentication, 120),
        "ip": printable(person.ip, 60),
        "user_agent": printable(person.user_agent, 160),
        "viewed": utc_text(person.viewed_at),
        "consented": utc_text(person.consented_at),
        "signed": utc_text(person.signed_at),
    }


def _file(file: FileEntry) -> dict[str, str]:
    return {
        "name": printable(file.name, 120),
        "by": printable(file.by, 120),
        "pages": str(file.pages),
        "sha256": grouped(file.sha256),
    }


def _qr_svg(address: str) -> str:
    """Draw the address as a QR code, vector, without quiet zone (the page around it is white)."""
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, dark="#16202e", xmldecl=False, svgns=True)
    return out.getvalue().decode()
