"""A PDF to look at and to show around, that nobody takes for the real one."""

from __future__ import annotations

from b24app.documents import guard


def mark_as_sample(pdf: bytes, locale: str) -> bytes:
    """Write "sample" across every page, in the document's language. Raises: DocumentRefused (malformed, busy)."""
    return guard.run("b24app.documents.jobs.samples:mark", {"locale": locale}, {"pdf": pdf}).blobs["pdf"]
