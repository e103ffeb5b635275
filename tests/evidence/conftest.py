"""An organisation, a document and its seal, made once."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from b24app.evidence.authority import Authority, create_authority
from b24app.evidence.seal import Sealed, Sealer

NOW = datetime(2026, 7, 28, 12, 3, 44, tzinfo=UTC)
URL = "https://sign.example.com/v/7c2f1c5e9a3b"


def make_pdf(pages: int = 2) -> bytes:
    """A document whose page content is a compressed stream, as real ones have."""
    pdf = pikepdf.new()
    for page in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[page].Contents = pdf.make_stream(b"0 0 1 rg 72 700 200 40 re f " * 40)
    out = BytesIO()
    pdf.save(out, compress_streams=True)
    return out.getvalue()


@pytest.fixture(scope="session")
def nordwind() -> Authority:
    return create_authority("Nordwind Trade GmbH", NOW)


@pytest.fixture(scope="session")
def stranger() -> Authority:
    """Another installation; it even claims the same name."""
    return create_authority("Nordwind Trade GmbH", NOW)


@pytest.fixture(scope="session")
def document() -> bytes:
    return make_pdf()


@pytest.fixture(scope="session")
def sealed(nordwind: Authority, document: bytes) -> Sealed:
    return Sealer(nordwind).seal(document, reason="Completed", now=NOW, verification_url=URL)
