"""How much our seal costs beside bare pyHanko with a key parsed once. `make bench` prints the ratio; budget 1.3."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

import pikepdf

from b24app.evidence.authority import Authority, create_authority
from b24app.evidence.seal import Sealer


class SealTimes(NamedTuple):
    """Medians in milliseconds. `ours_ms` includes the check of the finished seal, `bare_ms` does not."""

    ours_ms: float
    bare_ms: float


def bench_seal(rounds: int = 60, pages: int = 5) -> SealTimes:
    """Seal the same document both ways in turns, so that a busy machine slows both."""
    authority, pdf = create_authority("Nordwind Trade GmbH", datetime.now(UTC)), document(pages)
    sealer, bare = Sealer(authority), bare_pyhanko(authority)
    ways = (lambda: sealer.seal(pdf, reason="Completed", now=datetime.now(UTC)), lambda: bare(pdf))
    times = [[time_ms(way) for way in ways] for _ in range(rounds + 3)][3:]
    return SealTimes(*(statistics.median(column) for column in zip(*times, strict=True)))


def time_ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def document(pages: int) -> bytes:
    pdf, out = pikepdf.new(), BytesIO()
    for page in range(pages):
        pdf.add_blank_page()
        pdf.pages[page].Contents = pdf.make_stream(hashlib.sha256(b"%d" % page).hexdigest().encode() * 400)
    pdf.save(out)
    return out.getvalue()


def bare_pyhanko(authority: Authority) -> Callable[[bytes], object]:
    """Write the shortest pyHanko program that makes the same kind of seal with a kept key."""
    from asn1crypto import pem, x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeySigner(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(72) if dry_run else authority.signing_key.sign(data, ec.ECDSA(hashes.SHA256()))

    leaf, root = (x509.Certificate.load(pem.unarmor(p)[2]) for p in (authority.leaf_pem, authority.root_pem))
    signer = KeySigner(signing_cert=leaf, cert_registry=SimpleCertificateStore.from_certs([root]))
    meta = PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason="Completed",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    pdf_signer = PdfSigner(meta, signer, new_field_spec=SigFieldSpec("Seal"))
    return lambda pdf: pdf_signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=BytesIO())


if __name__ == "__main__":
    found = bench_seal()
    print(f"seal {found.ours_ms:.1f} ms, bare {found.bare_ms:.1f} ms, ratio {found.ours_ms / found.bare_ms:.2f}")
