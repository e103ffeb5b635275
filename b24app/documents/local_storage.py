"""Blobs in a folder of this machine, or of a file server."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from b24app.documents.storage import UNUSED, Blobs, Stored, is_name
from b24app.errors import N_, StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FOLDER = re.compile(r"[0-9a-f]{2}")


class LocalBlobs(Blobs):
    """Each file is readable by its owner only. What is being written stands in `unused/` until it is whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def check(self) -> None:
        with _in_words():
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root) as file:
                file.write(b".")

    def stored(self, after: str = "") -> Iterator[Stored]:
        for outer in _folders(self.root, after[:2]):
            for inner in _folders(outer, after[2:4] if outer.name == after[:2] else ""):
                mine = (file for file in _files(inner) if file.name.startswith(outer.name + inner.name))
                yield from (file for file in mine if is_name(file.name) and file.name > after)

    def unused(self) -> Iterator[Stored]:
        return _files(self.root / UNUSED)

    def _read(self, key: str) -> bytes | None:
        with _in_words(), contextlib.suppress(FileNotFoundError):
            return (self.root / key).read_bytes()
        return None

    def _keep(self, key: str, data: bytes) -> None:
        with _in_words():
            if not _renewed(self.root / key, data):
                self._write(self.root / key, data)

    def _put_at(self, key: str) -> datetime | None:
        return _written_at(self.root / key)

    def _move(self, key: str, target: str) -> None:
        path = self.root / target
        with _in_words(), contextlib.suppress(FileNotFoundError):
            path.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(self.root / key, path)
            os.utime(path)

    def _remove(self, key: str) -> None:
        with _in_words():
            (self.root / key).unlink(missing_ok=True)

    def _write(self, path: Path, data: bytes) -> None:
        """Write so that after a crash or on a full disk the file is there whole or not at all."""
        unfinished = self.root / UNUSED
        for folder in (unfinished, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=unfinished, prefix="new-")  # mkstemp makes it 0600
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
        _sync_folder(path.parent)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what the system says into a sentence."""
    try:
        yield
    except OSError as error:
        raise _trouble(error) from error


def _trouble(error: OSError) -> StorageError:
    if error.errno in _FULL:
        return StorageError(
            N_("The disk for documents is full. Free some space; nothing is lost, unfinished work goes on by itself."),
            code="disk_full",
        )
    if error.errno == errno.EROFS:
        return StorageError(
            N_("The disk for documents is read-only at the moment. Unfinished work goes on when it can be written to."),
            code="read_only",
        )
    return StorageError(
        N_("The folder for documents cannot be used (%(why)s). Check PARAPH_BLOB_URL."),
        code=errno.errorcode.get(error.errno or 0, type(error).__name__).lower(),
        why=error.strerror or type(error).__name__,
    )


def _renewed(path: Path, data: bytes) -> bool:
    """Say whether exactly these bytes stand there; if so, they are as if written now."""
    try:
        if path.read_bytes() != data:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _written_at(path: Path) -> datetime | None:
    with _in_words(), contextlib.suppress(FileNotFoundError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return None


def _folders(parent: Path, first: str) -> list[Path]:
    """The folders named by two hex digits, in order, from `first` on."""
    return [parent / name for name in _names(parent) if _FOLDER.fullmatch(name) and name >= first]


def _files(folder: Path) -> Iterator[Stored]:
    for name in _names(folder):
        put_at = _written_at(folder / name)
        if put_at is not None:
            yield Stored(name, put_at)


def _names(folder: Path) -> list[str]:
    with _in_words(), contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
