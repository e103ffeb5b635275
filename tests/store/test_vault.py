"""Secrets at rest: unreadable in the database, readable after the keys were rotated."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken

from b24app.store.vault import Vault, fingerprint

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_locked_secret_holds_nothing_of_it():
    locked = Vault([NEW]).lock("refresh-token")
    assert "refresh" not in locked
    assert Vault([NEW]).unlock(locked) == "refresh-token"


def test_an_old_key_still_opens_after_rotation():
    assert Vault([NEW, OLD]).unlock(Vault([OLD]).lock("secret")) == "secret"


def test_a_key_that_was_taken_away_opens_nothing():
    with pytest.raises(InvalidToken):
        Vault([NEW]).unlock(Vault([OLD]).lock("secret"))


def test_locking_anew_needs_the_old_key_once_and_then_no_more():
    fresh = Vault([NEW, OLD]).relock(Vault([OLD]).lock("secret"))
    assert Vault([NEW]).unlock(fresh) == "secret"
    assert Vault([NEW]).relock(fresh) == fresh
    assert Vault([OLD]).relock(fresh) is None


def test_a_fingerprint_is_the_same_every_time_and_tells_nothing():
    assert fingerprint("token") == fingerprint("token") != fingerprint("tokem")
    assert "token" not in fingerprint("token")
