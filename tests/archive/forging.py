"""Archives that lie: changed from outside, member by member, or written anew with the right keys and wrong contents."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from b24app.archive.manifest import TableEntry, read_manifest
from b24app.archive.reader import ArchiveReader
from b24app.archive.writer import ArchiveWriter
from b24app.store.vault import Vault

Rows = list[dict[str, Any]]
Members = list[tuple[str, bytes]]


def change_members(source: Path, target: Path, change: Callable[[Members], Iterable[tuple[str, bytes]]]) -> None:
    """Write the archive again with other members, as somebody without its keys can."""
    with zipfile.ZipFile(source) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in change(members):
            archive.writestr(zipfile.ZipInfo(name), data)


def change_contents(
    source: Path,
    target: Path,
    key: str,
    *,
    tables: dict[str, Callable[[Rows], Rows]] | None = None,
    only: Container[str] | None = None,
    without_file: str = "",
    **manifest: Any,
) -> None:
    """Write the archive again with other contents, every hash and the lock right: only its owner can do that."""
    with ArchiveReader(source) as old, ArchiveWriter(target, datetime.now(UTC)) as new:
        for sha256 in old.files:
            if sha256 != without_file:
                new.add_file(sha256, old.file(sha256))
        for name in {**old.manifest.tables, **(tables or {})}:
            if only is not None and name not in only:
                continue
            rows = list(old.rows(name)) if name in old.manifest.tables else []
            new.add_table(name, (tables or {}).get(name, list)(rows))
        described = replace(old.manifest, tables=new.tables, files=new.files, **manifest)
        new.add_manifest(described.locked(Vault([key]).lock(described.digest())))


def change_bytes(source: Path, target: Path, key: str, table: str, data: bytes, *, rows: int) -> None:
    """Put other bytes in the place of a table, and vouch for them in the manifest."""

    def change(members: Members) -> Members:
        manifest = read_manifest(dict(members)["manifest.json"])
        entry = TableEntry(rows, len(data), hashlib.sha256(data).hexdigest())
        lie = replace(manifest, tables={**manifest.tables, table: entry})
        written = lie.locked(Vault([key]).lock(lie.digest())).written()
        forged = {"manifest.json": written, f"tables/{table}.jsonl": data}
        return [(name, forged.get(name, kept)) for name, kept in members]

    change_members(source, target, change)
