"""The letters of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24app.sandbox.docusign import papers
from b24app.sandbox.docusign.model import Envelope, Recipient
from b24app.sandbox.esign.post import Enclosure

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign


def invite(service: DocuSign, envelope: Envelope, one: Recipient, *, reminder: bool = False) -> bool:
    """Ask a signer to sign; False when the address was refused."""
    sender = envelope.sender
    lines = [f"{one.name},", f"{sender.name} ({sender.email}) sent you a document to review and sign.", envelope.blurb]
    subject = f"Reminder: {envelope.subject}" if reminder else envelope.subject
    own = one.start_url and one.start_url != "SIGN_AT_DOCUSIGN"
    link = ("REVIEW DOCUMENT", one.start_url if own else service.signing_url(one))
    return service.post.send((one.name, one.email), subject, [line for line in lines if line], link)


def copy(service: DocuSign, envelope: Envelope, one: Recipient) -> bool:
    """Tell a carbon copy that the envelope came along."""
    lines = [f"{one.name},", f"{envelope.sender.name} sent you a copy of a document."]
    return service.post.send((one.name, one.email), envelope.subject, lines)


def completed(service: DocuSign, envelope: Envelope) -> None:
    """The finished documents for the sender and everybody on the way, embedded signers excepted."""
    enclosed = [Enclosure(f"{envelope.subject}.pdf", papers.document(envelope, "combined"))]
    people = [(envelope.sender.name, envelope.sender.email)]
    people += [(one.name, one.email) for one in envelope.recipients if not one.embedded]
    for person in people:
        lines = ["Your document has been completed."]
        service.post.send(person, f"Completed: {envelope.subject}", lines, enclosures=enclosed)


def ended(service: DocuSign, envelope: Envelope, what: str, why: str) -> None:
    """Declined or voided: the sender and whoever was asked are told."""
    people = [(envelope.sender.name, envelope.sender.email)]
    people += [(one.name, one.email) for one in envelope.signers if one.sent_at is not None and not one.embedded]
    for person in people:
        service.post.send(person, f"{what}: {envelope.subject}", [f"The envelope was {what.lower()}.", why])
