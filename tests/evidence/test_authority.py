"""The sealing certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from b24app.errors import InvalidPayload
from b24app.evidence.authority import DOCUMENT_SIGNING, Authority, create_authority, from_pkcs12
from b24app.evidence.seal import Sealer
from b24app.evidence.verify import State, verify

from .conftest import NOW, make_pdf


def as_pkcs12(authority: Authority, password: bytes = b"secret") -> bytes:
    key, leaf = load_pem_private_key(authority.key_pem, None), x509.load_pem_x509_certificate(authority.leaf_pem)
    root = x509.load_pem_x509_certificate(authority.root_pem)
    return pkcs12.serialize_key_and_certificates(b"seal", key, leaf, [root], BestAvailableEncryption(password))


def test_certificate_is_made_for_signing_documents_for_twenty_years(nordwind):
    extensions = nordwind.leaf.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert set(purposes) == set(DOCUMENT_SIGNING)
    assert nordwind.valid_until > NOW + timedelta(days=365 * 20)


def test_root_may_sign_one_level_below_it_only(nordwind):
    root = x509.load_pem_x509_certificate(nordwind.root_pem)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    nordwind.leaf.verify_directly_issued_by(root)


def test_long_and_empty_names_still_get_a_certificate():
    assert len(create_authority("Ї" * 300, NOW).organisation) == 64
    assert create_authority("  ", NOW).organisation == "Paraph"


def test_key_stays_out_of_representations(nordwind):
    assert "PRIVATE" not in repr(nordwind)


def test_loading_refuses_a_key_of_another_certificate(nordwind, stranger):
    with pytest.raises(InvalidPayload, match="does not belong"):
        Authority.load(nordwind.root_pem, nordwind.leaf_pem, stranger.key_pem)


def test_loading_refuses_a_certificate_that_may_not_commit(nordwind):
    with pytest.raises(InvalidPayload, match="could not be read"):
        Authority.load(nordwind.root_pem, b"nonsense", nordwind.key_pem)


def test_own_pkcs12_seals_and_trusts_only_its_own_certificate(nordwind):
    own = from_pkcs12(as_pkcs12(nordwind), "secret")
    sealed = Sealer(own).seal(make_pdf(), reason="Completed", now=NOW)
    assert own.root_pem == own.leaf_pem
    assert verify(sealed.pdf, [own.root_pem], NOW).state is State.SEALED_BY_US


def test_wrong_password_of_a_pkcs12_is_said(nordwind):
    with pytest.raises(InvalidPayload, match="password"):
        from_pkcs12(as_pkcs12(nordwind), "guess")
