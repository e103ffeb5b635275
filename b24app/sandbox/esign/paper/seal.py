"""The digital signature a service puts on its finished PDF, with a key of its own made at first use."""

from __future__ import annotations

import functools
import io
from datetime import UTC, datetime, timedelta
from typing import Any


def sealed(content: bytes, service: str, *, certify: bool, reason: str) -> bytes:
    """Sign the file as the named service.

    `certify` makes it a certification signature that still allows further signatures (DocMDP 2).
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    about = signers.PdfSignatureMetadata(
        field_name=service.replace(" ", ""),
        name=service,
        reason=reason,
        md_algorithm="sha256",
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    signed: Any = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), about, signer=_signer(service))
    return bytes(signed.getvalue())


@functools.cache
def certificate_pem(service: str) -> bytes:
    """The service's self-signed certificate, to trust in a test."""
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate: Any = _identity(service)[1]
    return bytes(certificate.public_bytes(Encoding.PEM))


@functools.cache
def _signer(service: str) -> Any:
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
    from pyhanko.sign import signers

    key, certificate = _identity(service)
    bundle = pkcs12.serialize_key_and_certificates(b"sandbox", key, certificate, None, NoEncryption())
    return signers.SimpleSigner.load_pkcs12_data(bundle, other_certs=[])


@functools.cache
def _identity(service: str) -> tuple[Any, Any]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{service} (sandbox)")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())
