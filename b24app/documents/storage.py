"""Keep documents by what they are: the name of a blob is the SHA-256 of its bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from b24app.errors import N_, AppError, NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobDamaged(AppError):
    """Stored bytes no longer match their name: somebody or something changed them."""


class Blobs(Protocol):
    """Where document bytes live. A local directory here; an S3 store has the same face."""

    def put(self, data: bytes) -> str:
        """Store and return the SHA-256 in hex. Storing the same bytes again changes nothing."""

    def get(self, sha256: str) -> bytes:
        """Read and check. Raises: NotFound, BlobDamaged."""

    def has(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Remove; an absent blob is fine."""


def sha256_of(data: bytes) -> str:
    """Name these bytes."""
    return hashlib.sha256(data).hexdigest()


class LocalBlobs:
    """Blobs in a directory: `root/ab/cd/abcd...`, each file readable by its owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        if not self._holds(sha256, len(data)):
            _write_atomically(self._path(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError as e:
            raise NotFound(N_("This document is no longer stored.")) from e
        if sha256_of(data) != sha256:
            raise BlobDamaged(
                N_("The stored document %(sha256)s was changed on disk. Restore it from a backup."), sha256=sha256
            )
        return data

    def has(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def _holds(self, sha256: str, size: int) -> bool:
        """Say whether the blob is there in full length (one cut short by a full disk is written anew)."""
        try:
            return self._path(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound(N_("This document is no longer stored."))
        return self.root / sha256[:2] / sha256[2:4] / sha256


def _write_atomically(path: Path, data: bytes) -> None:
    """Write so that after a crash the file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
