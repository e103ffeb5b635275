"""Write an archive member by member: files first, then tables, the manifest last. Holds one row or file at a time."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from b24app.archive.manifest import NAME, FilesEntry, Manifest, TableEntry

Row = Mapping[str, Any]


def line(row: Row) -> bytes:
    """Write a row as it stands in its table's member."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class ArchiveWriter:
    """One archive being written; leave the block to complete it."""

    def __init__(self, path: Path, at: datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w")
        self._moment = at.timetuple()[:6]
        self._names = hashlib.sha256()
        self._count = self._bytes = 0
        self.tables: dict[str, TableEntry] = {}

    @property
    def files(self) -> FilesEntry:
        return FilesEntry(self._count, self._bytes, self._names.hexdigest())

    def add_file(self, sha256: str, data: bytes) -> None:
        """Add a stored file; call in the order of their names. PDFs and pictures are compressed already."""
        self._zip.writestr(self._member(f"files/{sha256}", zipfile.ZIP_STORED), data)
        self._names.update(f"{sha256}\n".encode())
        self._count += 1
        self._bytes += len(data)

    def add_table(self, table: str, rows: Iterable[Row]) -> None:
        """Add a table: one JSON object a line."""
        digest, count, size = hashlib.sha256(), 0, 0
        member = self._member(f"tables/{table}.jsonl", zipfile.ZIP_DEFLATED)
        with self._zip.open(member, "w", force_zip64=True) as out:
            for row in rows:
                written = line(row)
                out.write(written)
                digest.update(written)
                count, size = count + 1, size + len(written)
        self.tables[table] = TableEntry(count, size, digest.hexdigest())

    def add_manifest(self, manifest: Manifest) -> None:
        self._zip.writestr(self._member(NAME, zipfile.ZIP_DEFLATED), manifest.written())

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def _member(self, name: str, method: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = method
        info.external_attr = 0o600 << 16
        return info
