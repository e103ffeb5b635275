"""Keep documents by what they are: the name of a blob is the SHA-256 of its bytes.

A blob in use stands in its place, `ab/cd/abcd...`. One that nobody seems to need is first set aside, `unused/abcd...`,
and deleted later: a deletion that meets somebody who puts or reads the same bytes at that moment loses nothing, for
whoever asks for the blob brings it back.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from b24app.errors import N_, AppError, NotFound

UNUSED = "unused/"
_OWNER = "owner"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobDamaged(AppError):
    """Stored bytes no longer match their name: somebody or something changed them."""


@dataclass(frozen=True)
class Stored:
    """A file in the store, and the moment it was last put, or set aside."""

    name: str
    since: datetime


class Blobs(ABC):
    """Where document bytes live: in a folder (`LocalBlobs`) or in a bucket (`S3Blobs`).

    Every method raises StorageError when the store refuses, is full or cannot be reached: trying later may help.
    """

    def put(self, data: bytes) -> str:
        """Store and return the SHA-256 in hex. The same bytes again are as if put for the first time now."""
        sha256 = sha256_of(data)
        self._keep(place_of(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Read and check. Raises: NotFound, BlobDamaged."""
        data = self._read(place_of(sha256))
        return _checked(sha256, data) if data is not None else self._brought_back(sha256)

    def has(self, sha256: str) -> bool:
        """Say whether the blob stands in its place."""
        return self._put_at(place_of(sha256)) is not None

    def delete(self, sha256: str) -> None:
        """Remove at once, also what was set aside; an absent blob is fine."""
        self._remove(place_of(sha256))
        self.discard(sha256)

    @abstractmethod
    def check(self) -> None:
        """Say cheaply whether the store can be used now: nothing happens, or a StorageError."""

    @abstractmethod
    def stored(self, after: str = "") -> Iterator[Stored]:
        """List the blobs in their places in the order of their names, beginning behind a name."""

    @abstractmethod
    def unused(self) -> Iterator[Stored]:
        """List what was set aside, and what unfinished writes left behind."""

    def set_aside(self, sha256: str, before: datetime | None = None) -> None:
        """Take a blob out of its place, unless it was put at or after a moment; it can still be brought back."""
        put_at = self._put_at(place_of(sha256))
        if put_at is not None and (before is None or put_at < before):
            self._move(place_of(sha256), UNUSED + sha256)

    def bring_back(self, sha256: str) -> None:
        """Return a blob that was set aside to its place, unless one stands there. Raises: NotFound, BlobDamaged."""
        if not self.has(sha256):
            self._brought_back(sha256)

    def discard(self, name: str) -> None:
        """Delete for good what `unused` listed."""
        self._remove(UNUSED + name)

    def owner(self) -> str:
        """Return the name that `own` left in this store, empty when nobody has."""
        return (self._read(_OWNER) or b"").decode()

    def own(self, name: str) -> None:
        """Note in the store whose it is."""
        self._keep(_OWNER, name.encode())

    def _brought_back(self, sha256: str) -> bytes:
        data = self._read(UNUSED + sha256)
        if data is None:
            raise _absent()
        self._keep(place_of(sha256), _checked(sha256, data))
        return data

    @abstractmethod
    def _read(self, key: str) -> bytes | None: ...

    @abstractmethod
    def _keep(self, key: str, data: bytes) -> None:
        """Make exactly these bytes stand there, whole or not at all, as if put now."""

    @abstractmethod
    def _put_at(self, key: str) -> datetime | None: ...

    @abstractmethod
    def _move(self, key: str, target: str) -> None:
        """Move, with an age that begins now; nothing happens when it is gone."""

    @abstractmethod
    def _remove(self, key: str) -> None: ...


def sha256_of(data: bytes) -> str:
    """Name these bytes."""
    return hashlib.sha256(data).hexdigest()


def is_name(text: str) -> bool:
    return _SHA256.fullmatch(text) is not None


def place_of(sha256: str) -> str:
    """Where a blob stands in its store. Raises: NotFound for anything that is no SHA-256."""
    if not is_name(sha256):
        raise _absent()
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _checked(sha256: str, data: bytes) -> bytes:
    if sha256_of(data) != sha256:
        raise BlobDamaged(
            N_("The stored document %(sha256)s has been changed. Restore it from a backup."), sha256=sha256
        )
    return data


def _absent() -> NotFound:
    return NotFound(N_("This document is no longer stored."))
