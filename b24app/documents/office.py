"""Word documents to PDF by LibreOffice, where it is installed. One at a time in a process: each takes much memory."""

from __future__ import annotations

import functools
import shutil
import threading

from b24app.documents import guard
from b24app.documents.limits import Limits
from b24app.errors import N_, DocumentRefused

PROGRAMS = ("soffice", "libreoffice")
LIMITS = Limits(memory_mb=6144, cpu_s=60, wall_s=70.0)
WAIT_FOR_TURN_S = 40.0

MISSING = N_("Word documents cannot be converted here, because LibreOffice is not installed. Save it as PDF.")
BUSY = N_("Other Word documents are being converted at the moment. Wait a minute and try again.")

_turn = threading.BoundedSemaphore(1)


@functools.cache
def program() -> str:
    """Find LibreOffice; empty when it is not installed."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), "")


def is_available() -> bool:
    return bool(program())


def to_pdf(docx: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Convert; returns the PDF and what was removed from the document before, by name (gettext keys).

    Raises: DocumentRefused with reason no_office, macros, objects, altchunk, entities, fetches, bomb, encrypted,
    malformed, not_docx, not_converted, too_complex or busy.
    """
    if not is_available():
        raise DocumentRefused(MISSING, reason="no_office")
    if not _turn.acquire(timeout=WAIT_FOR_TURN_S):
        raise DocumentRefused(BUSY, reason="busy")
    try:
        output = guard.run("b24app.documents.jobs.office:to_pdf", {"program": program()}, {"docx": docx}, limits=LIMITS)
    finally:
        _turn.release()
    return output.blobs["pdf"], tuple(output.data["removed"])
