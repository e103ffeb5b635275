"""The files of a request: what was sent, what was filled in so far, and the sealed final copy with its audit trail."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import requests

from b24app.sandbox.dropbox_sign import placing, tags
from b24app.sandbox.dropbox_sign.model import Document, SignatureRequest
from b24app.sandbox.esign.fields import Field, marks
from b24app.sandbox.esign.paper import assemble, seal, typeset
from b24app.sandbox.esign.paper.marks import AuditSheet, Mark, Size, Unreadable

SERVICE = "Dropbox Sign"
DOWNLOAD_S = 15


def prepare(request: SignatureRequest) -> None:
    """Fetch and read the documents, find tags, place fields. Raises: Unreadable, tags.BadTag, placing.OffPage."""
    request.bodies = [_content(document) for document in request.documents]
    signers = len({one.index for one in request.signatures})
    if request.use_text_tags:
        for index, content in enumerate(request.bodies):
            request.fields += tags.find(content, index, signers)
    if request.signature_page:
        _append_signature_page(request)
    placing.settle(request.fields, [assemble.sizes(content) for content in request.bodies])
    _merge(request)


def _content(document: Document) -> bytes:
    if document.content is None:
        try:
            answer = requests.get(document.url, timeout=DOWNLOAD_S)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Unreadable("the file could not be downloaded") from error
        document.content = answer.content
    if document.content[:5] != b"%PDF-":
        raise Unreadable("the file could not be converted")  # this stand-in converts nothing
    assemble.sizes(document.content)
    return document.content


def _append_signature_page(request: SignatureRequest) -> None:
    size = assemble.sizes(request.bodies[-1])[-1]
    names = {one.index: one.group or one.name for one in request.signatures}
    page = typeset.signature_page(request.title, list(names.values()), size)
    request.bodies[-1] = assemble.merged([request.bodies[-1], page])
    number, document = len(assemble.sizes(request.bodies[-1])), len(request.bodies) - 1
    for line, index in enumerate(names):
        top = typeset.signature_line_y(line)
        request.fields.append(_line("signature", index, document, number, 54, top, 240, 40))
        request.fields.append(_line("date_signed", index, document, number, 310, top + 20, 100, 20))


def _line(source: str, index: int, document: int, page: int, x: float, y: float, width: float, height: float) -> Field:
    label = "Signature" if source == "signature" else "Date"
    one = Field(f"page_{source}_{index}", placing.KINDS[source], str(index), document, page, x, y, width, height, label)
    one.source = source
    return one


def _merge(request: SignatureRequest) -> None:
    """Put the values of custom_fields into merge fields of the same name; a name nobody has stays without effect."""
    values = {str(entry["name"]): entry.get("value") for entry in request.custom_fields}
    for one in request.fields:
        if not one.source.endswith("-merge") or one.label not in values:
            continue
        value = values[one.label]
        one.checked = one.kind == "checkbox" and value in (True, 1, "1", "true")
        one.value = "" if one.kind == "checkbox" or value is None else str(value)


def current(request: SignatureRequest) -> list[bytes]:
    """Each document with what has been filled in so far."""
    inks = {one.key: one.adopted for one in request.signatures if one.adopted is not None}
    found = []
    for index, content in enumerate(request.bodies):
        own = [one for one in request.fields if one.document == index]
        filled = marks(own, inks, [0] * len(request.bodies))
        found.append(assemble.marked(content, [*filled, *_watermark(request, assemble.sizes(content))]))
    return found


def _watermark(request: SignatureRequest, sizes: Sequence[Size]) -> list[Mark]:
    if not request.test_mode:
        return []
    words = "TEST - NOT LEGALLY BINDING"
    return [Mark(page, 0, 0, s.width, s.height, words, style="faint", size=34) for page, s in enumerate(sizes)]


def final(request: SignatureRequest) -> bytes:
    """All documents in one file, the audit trail behind them, signed by the service."""
    documents = current(request)
    trail = typeset.audit(_audit(request), assemble.sizes(documents[-1])[-1])
    merged = assemble.merged([*documents, trail])
    return seal.sealed(merged, SERVICE, certify=True, reason="Signed by all parties")


def merged(request: SignatureRequest) -> bytes:
    """The one-file form: the final copy when there is one, else the documents as they stand."""
    return request.final or assemble.merged(current(request))


def archive(request: SignatureRequest) -> bytes:
    """Separate files in a ZIP."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as box:
        for index, (document, content) in enumerate(zip(request.documents, current(request), strict=True), 1):
            stem = document.name.rsplit("/", 1)[-1].removesuffix(".pdf")
            box.writestr(f"{index:02d}-{stem}.pdf", content)
        if request.final:
            box.writestr("audit-trail.pdf", typeset.audit(_audit(request), assemble.LETTER))
    return target.getvalue()


def _audit(request: SignatureRequest) -> AuditSheet:
    facts = [
        ("Title", request.title),
        ("File name", ", ".join(document.name for document in request.documents)),
        ("Document ID", request.id),
        ("Status", "Signed"),
        *[("Signer", f"{one.name} ({one.email})") for one in request.signatures],
    ]
    return AuditSheet("Audit trail", facts, request.trail, "Made by the sandbox's stand-in of Dropbox Sign")
