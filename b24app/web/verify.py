"""Public pages: is this PDF one that was sealed here, and is it unchanged?

Whoever holds a document may ask. An address alone tells little: names as initials and no title; the title is shown only
to somebody who has the file itself.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.errors import N_, InvalidPayload, NotFound
from b24app.services import verify_document
from b24app.services.verify_document import VerifyView
from b24app.web.error_pages import sentence
from b24app.web.guards import context

bp = Blueprint("verify", __name__)

MAX_FILE_BYTES = 25 * 1024 * 1024


@bp.get("/verify")
def ask() -> ResponseReturnValue:
    return render_template("verify/ask.html")


@bp.post("/verify")
def check() -> ResponseReturnValue:
    return _checked()


@bp.get("/v/<verification_id>")
def show(verification_id: str) -> ResponseReturnValue:
    known = verify_document.show_verification(context(), verification_id)
    if known is None:
        return render_template("verify/unknown.html"), 404
    return render_template("verify/known.html", known=known)


@bp.post("/v/<verification_id>")
def check_against(verification_id: str) -> ResponseReturnValue:
    """Check a file against the document that this address is about."""
    return _checked(verification_id)


@bp.get("/verify/root/<verification_id>.pem")
def root(verification_id: str) -> ResponseReturnValue:
    pem = verify_document.root_certificate(context(), verification_id)
    if pem is None:
        raise NotFound(N_("There is no such certificate here."))
    answer = Response(pem, mimetype="application/x-pem-file")
    answer.headers["Content-Disposition"] = 'attachment; filename="paraph-root.pem"'
    return answer


def _checked(expected_id: str = "") -> ResponseReturnValue:
    try:
        view = verify_document.verify_upload(context(), _uploaded())
    except InvalidPayload as error:
        page = render_template("verify/ask.html", problem=sentence(error), expected_id=expected_id)
        return page, error.http_status
    return render_template("verify/result.html", result=view, other=_is_other(view, expected_id))


def _is_other(view: VerifyView, expected_id: str) -> bool:
    """Say whether this is a genuine document, but not the one the address is about."""
    return bool(expected_id) and view.state in ("sealed", "pending") and view.id != expected_id


def _uploaded() -> bytes:
    file = request.files.get("document")
    data = file.stream.read(MAX_FILE_BYTES + 1) if file else b""
    if not data:
        raise InvalidPayload(N_("Choose a PDF file first."), field="document")
    if len(data) > MAX_FILE_BYTES:
        raise InvalidPayload(N_("This file is too large: the limit is 25 MB."), field="document")
    return data
