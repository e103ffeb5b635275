"""What hosted and embedded signing have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

from b24app.sandbox.dropbox_sign import papers
from b24app.sandbox.dropbox_sign.model import DECLINED, EXPIRED, SIGNED, Signature, SignatureRequest
from b24app.sandbox.esign import ceremony, page
from b24app.sandbox.esign.answers import Incomplete
from b24app.sandbox.esign.paper import reading

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

BASE = "dropbox_sign/base.html"
ENDINGS = {
    SIGNED: "You have already signed this document.",
    DECLINED: "You have declined to sign this document.",
    EXPIRED: "This signature request has expired.",
}


notice = functools.partial(page.notice, BASE)


def obstacle(document: SignatureRequest, one: Signature) -> Response | None:
    """Why the signer cannot sign now; None when he can."""
    if document.canceled:
        return notice("This signature request has been canceled.", 410)
    if one in document.turn():
        return None
    if document.is_declined and one.status_code != DECLINED:
        return notice("Another signer declined. Nobody can sign this document any more.")
    return notice(ENDINGS.get(one.status_code, "It is not your turn to sign yet."))


def pin_page(one: Signature, action: str) -> str:
    """Ask for the access code."""
    given = request.form.get("pin")
    return page.ask_code(BASE, action, "pin", wrong=given is not None and given != one.pin)


def document_page(
    document: SignatureRequest, one: Signature, template: str, base: str, problems: list[str], **shown: Any
) -> str:
    """The documents with the form under them; `base` is the address everything is posted below."""
    fields = [field for field in document.fields if field.owner is not None]
    pages = ceremony.sheets(document.bodies, fields, one.key, lambda d, n: f"{base}/pages/{d}/{n}.png")
    ways = [way for way in ("draw", "type", "upload") if document.signing_options.get(way)]
    form = ceremony.Form(document.fields_of(one), ways)
    return render_template(
        template, document=document, signer=one, sheets=pages, form=form, base=base, problems=problems, **shown
    )


def sign(service: DropboxSign, document: SignatureRequest, one: Signature) -> list[str]:
    """Sign with the posted form; the problems found, none when it is signed."""
    try:
        service.lifecycle.sign(document, one, request.form)
    except Incomplete as refusal:
        return refusal.problems
    return []


def page_picture(service: DropboxSign, document: SignatureRequest, index: int, number: int) -> Response:
    """A page as it stands, with what the others have filled in."""
    with service.lock:
        content = papers.current(document)[index]
    return Response(reading.picture(content, number - 1), content_type="image/png")


View = Callable[..., Any]
