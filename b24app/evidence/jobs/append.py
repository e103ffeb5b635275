"""Put the certificate behind the document."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf

from b24app.documents.guard import Output
from b24app.errors import N_, DocumentRefused


def append(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:  # noqa: ARG001 - a job's shape
    """Append blob `certificate` to blob `document`. Raises: DocumentRefused(reason="malformed" or "signed")."""
    try:
        with pikepdf.open(BytesIO(blobs["document"])) as document:
            _require_unsigned(document)
            return Output(blobs={"pdf": _joined(document, blobs["certificate"])})
    except pikepdf.PdfError as e:
        raise DocumentRefused(
            N_("The certificate could not be added because the document is damaged or locked."), reason="malformed"
        ) from e


def _joined(document: pikepdf.Pdf, certificate: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(certificate)) as pages:
        document.pages.extend(pages.pages)
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _require_unsigned(document: pikepdf.Pdf) -> None:
    form = document.Root.get("/AcroForm")
    fields: Any = form.get("/Fields", []) if form is not None else []
    if any(field.get("/FT") == "/Sig" and "/V" in field for field in fields):
        raise DocumentRefused(
            N_("This document is signed already. Adding a page would break its signatures."), reason="signed"
        )
