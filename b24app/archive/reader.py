"""Read an archive that may be hostile: nothing is unpacked by its own name, nothing is believed before it is hashed."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from b24app.archive.manifest import NAME, Manifest, read_manifest
from b24app.errors import ArchiveRefused

MB = 1024 * 1024
MAX_MANIFEST = 16 * MB
MAX_ROW = 64 * MB
MAX_FILE = 256 * MB  # above what any document may weigh
MAX_RATIO = 200  # rows of ids and digests pack 5 to 30 times smaller
SMALL = MB  # below it the ratio does not matter

_MEMBER = re.compile(r"manifest\.json|tables/[a-z_]{1,60}\.jsonl|files/[0-9a-f]{64}")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveReader:
    """An open archive whose members and manifest fit together; contents are checked as they are read."""

    def __init__(self, path: Path) -> None:
        """Raises: ArchiveRefused saying what is wrong with it."""
        self._zip = _open(path)
        try:
            _check_members(self._zip.infolist(), path.stat().st_size)
            self.manifest = self._manifest()
            self._compare()
        except BaseException:
            self._zip.close()
            raise

    @property
    def files(self) -> list[str]:
        return sorted(name[6:] for name in self._zip.namelist() if name.startswith("files/"))

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield a table's rows. Raises: ArchiveRefused when its bytes are not those that were written."""
        name, entry = f"tables/{table}.jsonl", self.manifest.tables[table]
        if self._hash(name) != entry.sha256:
            raise _wrong_hash(name)
        count = 0
        with self._member(name) as member:
            while line := member.readline(MAX_ROW + 1):
                count += 1
                yield _row(name, count, line)
        if count != entry.rows:
            raise _wrong_hash(name)

    def file(self, sha256: str) -> bytes:
        """Read a stored file. Raises: ArchiveRefused when it is not what its name says."""
        name = f"files/{sha256}"
        with self._member(name) as member:
            data = member.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _wrong_hash(name)
        return data

    def _hash(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._member(name) as member:
            while part := member.read(MB):
                digest.update(part)
        return digest.hexdigest()

    def _manifest(self) -> Manifest:
        if NAME not in self._zip.namelist():
            raise ArchiveRefused("This is not an archive of a portal: it has no manifest.json.")
        if self._zip.getinfo(NAME).file_size > MAX_MANIFEST:
            raise _absurd(NAME)
        with self._member(NAME) as member:
            return read_manifest(member.read())

    def _compare(self) -> None:
        """Refuse members that the manifest does not know, and those it misses."""
        tables = {name: entry.bytes for name, entry in self.manifest.tables.items()}
        infos = [info for info in self._zip.infolist() if info.filename.startswith("tables/")]
        if {info.filename[7:-6]: info.file_size for info in infos} != tables:
            raise ArchiveRefused("The archive's tables are not those that its manifest names.")
        names = hashlib.sha256("".join(f"{name}\n" for name in self.files).encode()).hexdigest()
        if names != self.manifest.files.sha256:
            raise ArchiveRefused("The archive's files are not those that its manifest names.")

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(name) as member:
                yield member
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise ArchiveRefused("The archive is damaged: %(name)s cannot be read.", name=name) from error

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise ArchiveRefused("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ArchiveRefused("%(path)s is not an archive, or it is damaged.", path=path) from error


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    seen: set[str] = set()
    for info in members:
        if info.filename != info.orig_filename or not _MEMBER.fullmatch(info.filename):
            raise ArchiveRefused(
                "The archive holds a member that does not belong into it: %(name)a.", name=_short(info)
            )
        if info.filename in seen:
            raise ArchiveRefused("The archive holds %(name)s twice.", name=info.filename)
        seen.add(info.filename)
        _check_size(info)
    if sum(info.compress_size for info in members) > size:
        raise ArchiveRefused("The archive's members overlap each other; it was not written by Paraph.")


def _check_size(info: zipfile.ZipInfo) -> None:
    if info.compress_type not in _METHODS or info.flag_bits & 0x1:
        raise ArchiveRefused("The archive holds %(name)s in a form that Paraph does not write.", name=info.filename)
    is_file = info.filename.startswith("files/")
    if is_file and (info.file_size > MAX_FILE or info.compress_type != zipfile.ZIP_STORED):
        raise _absurd(info.filename)
    if info.file_size > SMALL and info.file_size > MAX_RATIO * info.compress_size:
        raise _absurd(info.filename)


def _row(name: str, number: int, line: bytes) -> dict[str, Any]:
    if len(line) > MAX_ROW:
        raise _absurd(name)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArchiveRefused("Line %(number)s of %(name)s is not JSON.", number=number, name=name) from error
    if not isinstance(found, dict):
        raise ArchiveRefused("Line %(number)s of %(name)s is not a row.", number=number, name=name)
    return found


def _absurd(name: str) -> ArchiveRefused:
    return ArchiveRefused("The archive claims an absurd size for %(name)s.", name=name)


def _wrong_hash(name: str) -> ArchiveRefused:
    return ArchiveRefused("The archive is damaged or was changed: %(name)s does not match its SHA-256.", name=name)


def _short(info: zipfile.ZipInfo) -> str:
    return info.orig_filename[:100]
