"""The files of an envelope: documents with what was entered, the certificate, both together, all in a ZIP."""

from __future__ import annotations

import io
import zipfile

from b24app.sandbox.docusign.errors import ApiError
from b24app.sandbox.docusign.model import Envelope
from b24app.sandbox.esign.fields import marks
from b24app.sandbox.esign.paper import assemble, seal, typeset
from b24app.sandbox.esign.paper.marks import AuditSheet

SERVICE = "DocuSign"


def document(envelope: Envelope, what: str, *, certificate: bool = False) -> bytes:
    """`what`: a documentId, combined, certificate or archive. Finished PDFs carry the service's signature."""
    key = f"{what}:{certificate}"
    if envelope.status == "completed" and key in envelope.sealed:
        return envelope.sealed[key]
    content = _made(envelope, what, certificate)
    if envelope.status == "completed":
        if what != "archive":
            content = seal.sealed(content, SERVICE, certify=False, reason="Digitally verifiable PDF exported")
        envelope.sealed[key] = content
    return content


def _made(envelope: Envelope, what: str, certificate: bool) -> bytes:
    if what == "archive":
        return _archive(envelope)
    if what == "certificate":
        return _certificate(envelope)
    if what == "combined":
        parts = [filled(envelope, index) for index in range(len(envelope.documents))]
        return assemble.merged([*parts, *([_certificate(envelope)] if certificate else [])])
    index = next((n for n, one in enumerate(envelope.documents) if one.document_id == what), None)
    if index is None:
        raise ApiError("DOCUMENT_DOES_NOT_EXIST")
    return filled(envelope, index)


def filled(envelope: Envelope, index: int) -> bytes:
    """One document with what has been entered so far."""
    inks = {one.recipient_id: one.adopted for one in envelope.recipients if one.adopted is not None}
    own = [field for field in envelope.fields if field.document == index]
    return assemble.marked(envelope.documents[index].content, marks(own, inks, [0] * len(envelope.documents)))


def _certificate(envelope: Envelope) -> bytes:
    facts = [
        ("Envelope Id", envelope.envelope_id),
        ("Subject", envelope.subject),
        ("Status", envelope.status.title()),
        ("Sender", f"{envelope.sender.name} ({envelope.sender.email})"),
        *[("Signer", f"{one.name} ({one.email})") for one in envelope.signers],
    ]
    footer = "Made by the sandbox's stand-in of DocuSign"
    sheet = AuditSheet("Certificate Of Completion", facts, envelope.trail(), footer)
    return typeset.audit(sheet, assemble.LETTER)


def _archive(envelope: Envelope) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as box:
        for one in envelope.documents:
            box.writestr(f"{one.name.removesuffix('.pdf')}.pdf", document(envelope, one.document_id))
        box.writestr("Summary.pdf", document(envelope, "certificate"))
    return target.getvalue()
