"""/signature_request: files, as a file, a link or a data URI"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort

from b24app.sandbox import ids
from b24app.sandbox.dropbox_sign import papers
from b24app.sandbox.dropbox_sign.api.access import visible
from b24app.sandbox.dropbox_sign.door import HEAVY, Call, Route
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.dropbox_sign.model import SignatureRequest

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

LINK_LIFE_S = 300


def files(call: Call) -> Response:
    """pdf: everything in one file, zip: separate files. 409 while they are being prepared."""
    kind = call.args.get("file_type", "pdf")
    if kind not in ("pdf", "zip"):
        raise bad("'file_type' must be pdf or zip", "file_type")
    request = _ready(call)
    with call.service.lock:
        content = papers.merged(request) if kind == "pdf" else papers.archive(request)
    headers = {"Content-Disposition": f'attachment; filename="{request.id}.{kind}"'}
    return Response(content, content_type=f"application/{kind}", headers=headers)


def as_file_url(call: Call) -> dict[str, Any]:
    """A link that needs no credentials and lives for five minutes."""
    request, service = _ready(call), call.service
    token = ids.hex_id(40)
    expires_at = service.clock.seconds() + LINK_LIFE_S
    inline = call.args.get("force_download") == "0"
    with service.lock:
        service.downloads[token] = (papers.merged(request), expires_at, inline)
    return {"file_url": f"{service.url}/downloads/{token}/merged.pdf?Expires={expires_at}", "expires_at": expires_at}


def as_data_uri(call: Call) -> dict[str, Any]:
    request = _ready(call)
    with call.service.lock:
        content = papers.merged(request)
    return {"data_uri": f"data:application/pdf;base64,{base64.b64encode(content).decode()}"}


def _ready(call: Call) -> SignatureRequest:
    request = visible(call)
    if request.preparing or call.service.faults.take("files_not_ready"):
        raise ApiError("conflict", "The files are still being prepared. Please try again later.")
    if not request.bodies:
        raise ApiError("not_found")
    return request


def register(app: Flask, service: DropboxSign) -> None:
    """The place the links lead to: a bucket somewhere else, no part of the API."""

    def download(token: str) -> Response:
        content, expires_at, inline = service.downloads.get(token) or (b"", 0, False)
        if expires_at < service.clock.now():
            abort(403 if content else 404)
        way = "inline" if inline else "attachment"
        headers = {"Content-Disposition": f'{way}; filename="merged.pdf"'}
        return Response(content, content_type="application/pdf", headers=headers)

    app.add_url_rule("/downloads/<token>/merged.pdf", "download", download)


_ANY = ("request_signature", "signature_request_access")
_ID = "<signature_request_id>"
ROUTES = [
    Route("signature_request_files", "GET", f"/signature_request/files/{_ID}", files, _ANY, HEAVY),
    Route(
        "signature_request_files_as_file_url",
        "GET",
        f"/signature_request/files_as_file_url/{_ID}",
        as_file_url,
        _ANY,
        HEAVY,
    ),
    Route(
        "signature_request_files_as_data_uri",
        "GET",
        f"/signature_request/files_as_data_uri/{_ID}",
        as_data_uri,
        _ANY,
        HEAVY,
    ),
]
