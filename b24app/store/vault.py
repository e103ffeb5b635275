"""Secrets at rest: Fernet with rotation. The newest key encrypts, every key decrypts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Vault:
    """Encrypts short secrets (tokens, keys, links) for the database."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.signing_keys = [hashlib.sha256(b"paraph session " + key.encode()).hexdigest() for key in keys]

    def lock(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def unlock(self, locked: str) -> str:
        return self._fernet.decrypt(locked.encode()).decode()

    def relock(self, locked: str) -> str | None:
        """Lock with the newest key what an older one locked; None when no key opens it."""
        with suppress(InvalidToken):
            self._newest.decrypt(locked.encode())
            return locked
        with suppress(InvalidToken):
            return self._fernet.rotate(locked.encode()).decode()
        return None


def fingerprint(secret: str) -> str:
    """Hash a high-entropy secret so that it can be looked up or compared without being kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
