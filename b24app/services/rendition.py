"""The document with what has been entered so far: stamped once per state, its signers' files behind it, then kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from b24app.documents import formats
from b24app.documents.attachments import append_pages
from b24app.documents.stamp import stamp
from b24app.domain.fields import APPROVER, Field, FieldType, FieldValue, fields_of
from b24app.domain.signature_request import SignatureRequest, SignerStatus, Status
from b24app.services.context import Context
from b24app.services.page_image import page_sizes_of
from b24app.store import handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Request

_APPROVED = frozenset({Status.COMPLETING, Status.COMPLETED})


def current_document(ctx: Context, row: Request, request: SignatureRequest) -> str:
    """Return the SHA-256 of the stored PDF that shows all finished signers' entries, or of its provider's file."""
    if request.is_external:
        kept = handovers.find(request.portal, request.id)
        return str((kept and kept.signed_sha256) or row.document_sha256)
    values = finished_values(request)
    if not values:
        return str(row.document_sha256)
    state = values_fingerprint(values)
    known = requests.rendition(request.portal, request.id, state)
    if known:
        return known
    return _stamp(ctx, row, values, state)


def finished_values(request: SignatureRequest) -> dict[str, FieldValue]:
    """Collect the values of those who have signed, and the approver's once he approved."""
    done = [str(s.position) for s in request.signers if s.status is SignerStatus.SIGNED]
    if request.status in _APPROVED:
        done.append(APPROVER)
    return requests.values(request.portal, request.id, done) if done else {}


def values_fingerprint(values: dict[str, FieldValue]) -> str:
    """Hash entered values; the same entries give the same text, whatever their order."""
    plain = sorted((v.field_id, v.text, v.image_sha256) for v in values.values())
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Attached:
    """A file that a signer added; its pages are stored as a PDF of their own. `signer` as in Field."""

    name: str
    signer: str
    sha256: str


def attached_files(fields: tuple[Field, ...], values: Mapping[str, FieldValue]) -> Iterator[Attached]:
    """List the files among the values, in the order in which their pages follow the document."""
    signers = sorted({field.signer for field in fields}, key=lambda signer: (len(signer), signer))
    for signer in signers:
        for field in fields_of(fields, signer):
            value = values.get(field.id)
            if field.type is FieldType.ATTACHMENT and value and value.image_sha256:
                yield Attached(value.text, signer, value.image_sha256)


def pages_of(ctx: Context, row: Request, sha256: str) -> tuple[tuple[float, float], ...]:
    """Measure the pages of what is shown of a request: files that signers added make it longer."""
    sent = tuple((w, h) for w, h in row.pages)
    if sha256 == row.document_sha256 or all(field.type is not FieldType.ATTACHMENT for field in requests.fields(row)):
        return sent
    return tuple((size.w_pt, size.h_pt) for size in page_sizes_of(ctx, sha256))


def as_printed(field: Field, value: FieldValue, locale: str) -> FieldValue:
    """Turn a value into what stands on the page: a day in words, an attached file by its name."""
    if field.type is FieldType.ATTACHMENT:
        return FieldValue(field.id, value.text)
    if field.type is FieldType.DAY and value.text:
        return FieldValue(field.id, formats.date(date.fromisoformat(value.text), locale))
    return value


def _stamp(ctx: Context, row: Request, values: dict[str, FieldValue], state: str) -> str:
    fields = requests.fields(row)
    printed = {f.id: as_printed(f, values[f.id], row.locale) for f in fields if f.id in values}
    images = {v.image_sha256: ctx.blobs.get(v.image_sha256) for v in printed.values() if v.image_sha256}
    stamped = stamp(ctx.blobs.get(row.document_sha256), fields, printed, images)
    files = [ctx.blobs.get(file.sha256) for file in attached_files(fields, values)]
    sha256 = ctx.blobs.put(append_pages(stamped, files))
    with writing():
        requests.put_rendition(row.portal, row.id, state, sha256)
    return sha256
