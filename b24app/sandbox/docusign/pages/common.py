"""What signing by letter and signing inside the sender's application have in common."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

from b24app.sandbox.docusign import papers
from b24app.sandbox.docusign.model import Envelope, Recipient
from b24app.sandbox.esign import ceremony, page
from b24app.sandbox.esign.answers import Incomplete
from b24app.sandbox.esign.paper import reading

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

BASE = "docusign/base.html"
ENDINGS = {
    "completed": "You have finished signing this envelope.",
    "declined": "You have declined to sign this envelope.",
}


notice = functools.partial(page.notice, BASE)


def obstacle(envelope: Envelope, one: Recipient) -> str | None:
    """Why the recipient cannot sign now; None when he can."""
    if one in envelope.turn():
        return None
    if envelope.status == "voided":
        return f"This envelope has been voided: {envelope.voided_reason}"
    if envelope.status == "declined" and one.status != "declined":
        return "Another recipient declined. This envelope cannot be signed any more."
    return ENDINGS.get(one.status, "It is not your turn to sign yet.")


def code_page(action: str, *, wrong: bool) -> str:
    """Ask for the access code."""
    return page.ask_code(BASE, action, "code", wrong=wrong)


def envelope_page(envelope: Envelope, one: Recipient, base: str, problems: list[str], **shown: Any) -> str:
    """The documents with the form under them; `base` is the address everything is posted below."""
    bodies = [document.content for document in envelope.documents]
    pages = ceremony.sheets(
        bodies, envelope.fields, one.recipient_id, lambda document, page: f"{base}/pages/{document}/{page}.png"
    )
    form = ceremony.Form([tab.place for tab in one.tabs], ["type", "draw"])
    return render_template(
        "docusign/sign.html",
        envelope=envelope,
        recipient=one,
        sheets=pages,
        form=form,
        base=base,
        problems=problems,
        **shown,
    )


def sign(service: DocuSign, envelope: Envelope, one: Recipient) -> list[str]:
    """Sign with the posted form; the problems found, none when it is signed."""
    try:
        service.lifecycle.sign(envelope, one, request.form)
    except Incomplete as refusal:
        return refusal.problems
    return []


def picture(service: DocuSign, envelope: Envelope, index: int, number: int) -> Response:
    """A page as it stands, with what the others have entered."""
    with service.lock:
        content = papers.filled(envelope, index)
    return Response(reading.picture(content, number - 1), content_type="image/png")
