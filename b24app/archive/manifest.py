"""What an archive says about itself: which portal, which schema, how much of everything, under which key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from b24app.errors import ArchiveRefused

FORMAT = "paraph-portal-archive"
VERSION = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class TableEntry:
    """One table's member: how many rows, how many bytes before compression, the SHA-256 of these bytes."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class FilesEntry:
    """All stored files; `sha256` is taken over their sorted names, each followed by a line break."""

    count: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`lock` is the digest of all the rest, locked with the newest key of the installation that wrote it."""

    portal: str
    domain: str
    schema: str  # the newest migration that the rows have seen
    written_at: str
    written_by: str
    tables: Mapping[str, TableEntry]
    files: FilesEntry
    lost: tuple[str, ...] = ()  # files that rows name and that were gone or damaged already
    lock: str = ""

    def digest(self) -> str:
        """Hash everything but the lock, in one canonical form."""
        form = {name: value for name, value in self._form().items() if name != "lock"}
        return hashlib.sha256(json.dumps(form, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def locked(self, lock: str) -> Manifest:
        return replace(self, lock=lock)

    def written(self) -> bytes:
        return (json.dumps(self._form(), indent=1, ensure_ascii=False) + "\n").encode()

    def _form(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": VERSION, **asdict(self), "lost": list(self.lost)}


def read_manifest(data: bytes) -> Manifest:
    """Raises: ArchiveRefused for another format, a newer version, or anything missing."""
    try:
        form = json.loads(data)
        _check_format(form)
        return Manifest(
            tables={str(name): _table(entry) for name, entry in dict(form["tables"]).items()},
            files=FilesEntry(
                _count(form["files"], "count"), _count(form["files"], "bytes"), str(form["files"]["sha256"])
            ),
            lost=tuple(str(name) for name in form["lost"]),
            **{name: str(form[name]) for name in ("portal", "domain", "schema", "written_at", "written_by", "lock")},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveRefused("The archive's manifest.json cannot be read; it is damaged or not one of ours.") from error


def _check_format(form: Any) -> None:
    if form["format"] != FORMAT:
        raise ArchiveRefused("This is not an archive of a portal.")
    if _count(form, "version") > VERSION:
        raise ArchiveRefused(
            "The archive has format %(theirs)s and this Paraph knows format %(ours)s. Bring Paraph up to date first.",
            theirs=form["version"],
            ours=VERSION,
        )


def _table(entry: Any) -> TableEntry:
    return TableEntry(_count(entry, "rows"), _count(entry, "bytes"), str(entry["sha256"]))


def _count(form: Any, name: str) -> int:
    found = form[name]
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ValueError(name)
    return found
