"""Write a request down as a provider gets it: neutral, with what that provider has a use for."""

from __future__ import annotations

from b24app.domain.fields import APPROVER
from b24app.domain.signature_request import SignatureRequest
from b24app.letters.placeholders import fill, fill_line
from b24app.providers.base import Order
from b24app.providers.capabilities import Capabilities, Delivery
from b24app.services.context import Context
from b24app.services.show_request import file_name
from b24app.store import portals, requests
from b24app.store.tables import Request

_OF_ONE_PERSON = "{signer_name}"
_SAID_BY_THE_PROVIDER = ("{link}", "{expires_on}")


def order_for(
    ctx: Context, row: Request, request: SignatureRequest, capabilities: Capabilities, *, ref: str, notify_url: str = ""
) -> Order:
    """Make the order. The approver's places are left out: he approves here, after the signers."""
    portal = portals.find(row.portal)
    company = str(portal.settings.get("sender_name", "")) if portal else ""
    sender = row.people.get(str(row.sender_id), "")
    subject, message = _words(row, request, sender, company) if capabilities.own_letter else ("", "")
    return Order(
        ref=ref,
        title=row.title,
        file_name=file_name(row.title),
        pdf=lambda: ctx.blobs.get(row.document_sha256),
        signers=request.signing,
        fields=[field for field in requests.fields(row) if field.signer != APPROVER],
        pages=len(row.pages),
        pdf_bytes=len(ctx.blobs.get(row.document_sha256)) if capabilities.limits.file_bytes else 0,
        subject=subject,
        message=message,
        expires_at=request.expires_at,
        locale=row.locale,
        sender_name=sender,
        sender_company=company,
        notify_url=notify_url,
        copies=[copy.email for copy in request.copies],
        embedded=[s.id for s in request.signing if s.employee] if Delivery.EMAIL in capabilities.delivery else (),
    )


def _words(row: Request, request: SignatureRequest, sender: str, company: str) -> tuple[str, str]:
    """Fill in the portal's own letter, without what the provider says itself or cannot say to several people."""
    if not request.signing:  # of a document that is still being composed
        return "", ""
    unfit = _SAID_BY_THE_PROVIDER if len(request.signing) == 1 else (*_SAID_BY_THE_PROVIDER, _OF_ONE_PERSON)
    subject, body = row.letter.get("subject", ""), row.letter.get("body", "")
    values = {
        "signer_name": request.signing[0].name,
        "document": row.title,
        "sender_name": sender,
        "sender_company": company,
    }
    lines = [line for line in body.splitlines() if not any(word in line for word in unfit)]
    said = "" if any(word in subject for word in unfit) else fill_line(subject, values)
    return said, fill("\n".join(lines), values).strip()
