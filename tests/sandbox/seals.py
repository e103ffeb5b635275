"""Digital signatures beside those of the signing services."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec
from pyhanko_certvalidator import ValidationContext

from b24app.sandbox.esign.paper import seal


def trusting(service: str) -> ValidationContext:
    """Trust a service's own certificate."""
    return ValidationContext(trust_roots=list(load_certs_from_pemder_data(seal.certificate_pem(service))))


def signed_by_somebody(content: bytes, lock: str = "") -> bytes:
    """Another signature in the same file, as a seal of ours would be.

    `lock`: "certified" allows no change afterwards, "fields" locks every field of the form; else neither.
    """
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    bundle = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(bundle, other_certs=[])
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    meta = PdfSignatureMetadata("Ours", certify=lock == "certified", docmdp_permissions=MDPPerm.NO_CHANGES)
    locked = FieldMDPSpec(FieldMDPAction.ALL) if lock == "fields" else None
    spec = SigFieldSpec("Ours", field_mdp_spec=locked, doc_mdp_update_value=None)
    return signers.sign_pdf(writer, meta, signer=signer, new_field_spec=spec).getvalue()
