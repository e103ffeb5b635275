"""/envelopes/{id}/documents"""

from __future__ import annotations

from typing import Any

from flask import Response

from b24app.sandbox.docusign import papers, views
from b24app.sandbox.docusign.door import Call, Route
from b24app.sandbox.docusign.errors import ApiError


def listed(call: Call) -> dict[str, Any]:
    return views.documents_json(call.envelope)


def download(call: Call) -> Response:
    """A document by id, `combined`, `certificate` or `archive`."""
    what = call.path["document_id"]
    if call.service.faults.take("files_not_ready"):
        raise ApiError("DOCUMENT_DOES_NOT_EXIST", "Ordered by a test.")
    with call.service.lock:
        content = papers.document(call.envelope, what, certificate=call.args.get("certificate") == "true")
    kind = "zip" if what == "archive" else "pdf"
    headers = {"Content-Disposition": f'file; filename="{what}.{kind}"; documentid="{what}"'}
    return Response(content, content_type=f"application/{kind}", headers=headers)


ROUTES = [
    Route("list_documents", "GET", "/envelopes/<envelope_id>/documents", listed),
    Route("get_document", "GET", "/envelopes/<envelope_id>/documents/<document_id>", download),
]
