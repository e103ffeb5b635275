"""The organisation's signing certificate: made at install, or brought along as PKCS#12.

The root key signs one certificate and is then forgotten, so nobody, a thief of the database included, can issue a
second one under the published root. Keys here are plain PEM; the store encrypts them at rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier

from b24app.errors import N_, InvalidPayload

LIFETIME = timedelta(days=20 * 365 + 5)
DOCUMENT_SIGNING = (ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"))
"""RFC 9336 and Microsoft's own number for the same purpose."""

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_NAME_LIMIT = 64  # X.520 upper bound of organizationName in characters; of commonName `cryptography` counts bytes
_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True)
class Authority:
    """Who seals. Every member is PEM.

    `root_pem` is what a verifier has to trust to call a seal ours. For a brought certificate it is that certificate
    itself, for its issuer vouches for strangers too. `chain_pem` holds further certificates to embed.
    """

    root_pem: bytes
    leaf_pem: bytes
    key_pem: bytes = field(repr=False)
    chain_pem: bytes = b""

    @classmethod
    def load(cls, root_pem: bytes, leaf_pem: bytes, key_pem: bytes, chain_pem: bytes = b"") -> Authority:
        """Take stored PEM and check that it can sign.

        Raises: InvalidPayload when it cannot be read, key and certificate differ, or the certificate forbids it.
        """
        authority = cls(root_pem, leaf_pem, key_pem, chain_pem)
        _require_usable(authority)
        return authority

    @cached_property
    def signing_key(self) -> SigningKey:
        """Parse the private key, once: OpenSSL checks an RSA key at each parse, and that is slower than sealing."""
        key = serialization.load_pem_private_key(self.key_pem, None)
        if not isinstance(key, SigningKey):
            raise InvalidPayload(N_("This kind of key cannot seal documents. Use an RSA or elliptic curve key."))
        return key

    @cached_property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.leaf_pem)

    @property
    def organisation(self) -> str:
        """Name the subject of the certificate, for people."""
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            for attribute in self.leaf.subject.get_attributes_for_oid(oid):
                return str(attribute.value)
        return self.leaf.subject.rfc4514_string()

    @property
    def valid_until(self) -> datetime:
        return self.leaf.not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the sealing certificate, hexadecimal, as readers show it."""
        return self.leaf.fingerprint(hashes.SHA256()).hex()


def create_authority(organisation: str, now: datetime) -> Authority:
    """Make a root and a sealing certificate for an organisation, ECDSA P-256, both valid for 20 years from `now`.

    Source: RFC 5280 (profile), RFC 9336 (document signing), facts/documents.md 6.1.
    """
    name = " ".join(organisation.split())[:_NAME_LIMIT] or "Paraph"
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _root(name, root_key, now)
    leaf = _leaf(name, leaf_key, root, root_key, now)
    return Authority(_pem(root), _pem(leaf), _key_pem(leaf_key))


def from_pkcs12(data: bytes, password: str) -> Authority:
    """Use the organisation's own certificate, as bought from an authority.

    Raises: InvalidPayload when file or password is wrong, or the certificate cannot sign documents.
    """
    try:
        bundle = pkcs12.load_pkcs12(data, password.encode())
    except ValueError as e:
        raise InvalidPayload(N_("The PKCS#12 file could not be opened. Check the file and its password.")) from e
    if bundle.cert is None or not isinstance(bundle.key, SigningKey):
        raise InvalidPayload(N_("The PKCS#12 file needs one certificate with its RSA or elliptic curve private key."))
    leaf = _pem(bundle.cert.certificate)
    others = b"".join(_pem(extra.certificate) for extra in bundle.additional_certs)
    return Authority.load(leaf, leaf, _key_pem(bundle.key), others)


def _require_usable(authority: Authority) -> None:
    try:
        same = authority.signing_key.public_key() == authority.leaf.public_key()
        x509.load_pem_x509_certificates(authority.root_pem + authority.chain_pem)
    except (ValueError, TypeError) as e:
        raise InvalidPayload(N_("The sealing certificate or its key could not be read. Import it again.")) from e
    if not same:
        raise InvalidPayload(N_("The private key does not belong to the sealing certificate. Import both again."))
    if not _may_commit(authority.leaf):
        raise InvalidPayload(N_("The certificate lacks the key usage non-repudiation, so it cannot seal documents."))


def _may_commit(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.content_commitment


def _root(name: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    subject = _subject(name, f"{_cut(name, _NAME_LIMIT - 8)} Root CA")
    builder = _builder(subject, subject, key.public_key(), now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.sign(key, hashes.SHA256())


def _leaf(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    builder = _builder(_subject(name, _cut(name, _NAME_LIMIT)), root.subject, key.public_key(), now)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(DOCUMENT_SIGNING), critical=False)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return builder.add_extension(issuer_id, critical=False).sign(root_key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(organisation: str, common_name: str) -> x509.Name:
    names = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names])


def _cut(text: str, size: int) -> str:
    """Shorten to `size` bytes of UTF-8 without cutting through a character."""
    return text.encode()[:size].decode(errors="ignore").rstrip()


_USAGES = [
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
]


def _usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in allowed for usage in _USAGES})


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: SigningKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
