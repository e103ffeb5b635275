"""JWT assertions, RS256, checked with the public keys registered for the integration key."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any


class BadAssertion(Exception):
    """Not a JWT, or signed with a key nobody registered."""


@dataclass(frozen=True)
class Assertion:
    """The three parts, decoded."""

    signed: bytes
    claims: dict[str, Any]
    signature: bytes


def read(text: str) -> Assertion:
    """Take a compact JWT apart. Raises: BadAssertion."""
    parts = text.split(".")
    if len(parts) != 3:
        raise BadAssertion("three parts are wanted")
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, binascii.Error) as error:
        raise BadAssertion("cannot be decoded") from error
    if header.get("alg") != "RS256":
        raise BadAssertion("RS256 is wanted")
    return Assertion(f"{parts[0]}.{parts[1]}".encode(), claims, signature)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_signed(assertion: Assertion, public_keys: list[str]) -> bool:
    """Whether one of the keys made the signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    for pem in public_keys:
        key = load_pem_public_key(pem.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(assertion.signature, assertion.signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            continue
        return True
    return False
