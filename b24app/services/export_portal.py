"""Write everything of a portal into one archive, for a move or for keeping (docs/archive-format.md).

Not to be confused with `export_documents`, the finished documents for a portal's administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b24app import __version__
from b24app.archive.manifest import Manifest
from b24app.archive.new_file import new_file
from b24app.archive.reader import ArchiveReader
from b24app.archive.writer import ArchiveWriter
from b24app.documents.storage import BlobDamaged
from b24app.errors import ArchiveRefused, NotFound
from b24app.services.context import Context
from b24app.store import belongings, migrate, portals, removal
from b24app.store.belongings import LASTING_FILES, PARTS, PASSING, Part
from b24app.store.relocking import Relocking
from b24app.store.snapshot import snapshot
from b24app.store.tables import Portal


@dataclass(frozen=True)
class Exported:
    manifest: Manifest
    bytes: int
    unreadable: int  # secrets that no key of this installation opens


def export_portal(ctx: Context, member_id: str, path: Path, *, allow_lost: bool = False) -> Exported:
    """Write the archive as of one moment while work goes on; a file that is there already is never touched.

    Files come first: what is removed meanwhile has the least time to be missed. `allow_lost` writes an archive though
    stored files are gone or damaged; it names them.
    Raises: ArchiveRefused; nothing is left at `path` then.
    """
    _refuse_newer_database()
    relocking = Relocking(ctx.vault)
    with new_file(path) as unfinished:
        with snapshot(), ArchiveWriter(unfinished, ctx.now()) as archive:
            portal = _find(member_id)
            lost = _pack_files(ctx, member_id, archive)
            missed = _missed(member_id, lost, allow_lost)
            for part in PARTS:
                archive.add_table(part.name, _rows(part, member_id, relocking, lost))
            manifest = _manifest(ctx, portal, archive, missed)
            archive.add_manifest(manifest)
        with ArchiveReader(unfinished):
            size = unfinished.stat().st_size
    return Exported(manifest, size, relocking.unreadable.total())


def _refuse_newer_database() -> None:
    unknown = migrate.unknown()
    if unknown:
        raise ArchiveRefused(
            "The database has been brought up to %(theirs)s, which this Paraph does not know. Run the newer Paraph.",
            theirs=unknown[-1],
        )


def _find(member_id: str) -> Portal:
    portal = portals.find(member_id)
    if portal is None:
        known = ", ".join(f"{row.member_id} ({row.domain})" for row in portals.every()) or "none"
        raise ArchiveRefused("There is no portal %(asked)s. Installed here: %(known)s.", asked=member_id, known=known)
    return portal


def _pack_files(ctx: Context, member_id: str, archive: ArchiveWriter) -> set[str]:
    """Add every file that the portal's rows name; returns those that are gone or damaged."""
    lost = set()
    for sha256 in sorted(removal.blobs_of(member_id)):
        try:
            archive.add_file(sha256, ctx.blobs.get(sha256))
        except (NotFound, BlobDamaged):
            lost.add(sha256)
    return lost


def _missed(member_id: str, lost: set[str], allow_lost: bool) -> list[str]:
    """Name the lost files that are a loss: those of passing rows may go at any time."""
    missed = sorted(lost & removal.blobs_of(member_id, LASTING_FILES)) if lost else []
    if missed and not allow_lost:
        raise ArchiveRefused(
            "%(count)s stored files are gone or damaged, the first is %(first)s. If the portal is being used, try "
            "again; otherwise restore them from a back-up, or archive what is there with --allow-lost.",
            count=len(missed),
            first=missed[0],
        )
    return missed


def _rows(part: Part, member_id: str, relocking: Relocking, lost: set[str]) -> Iterator[dict[str, Any]]:
    gone = lost if part.table in PASSING else set()
    files = belongings.file_columns(part.table)
    for row in belongings.rows(part, member_id):
        if not any(row[name] in gone for name in files):
            yield relocking.row(part.name, row)


def _manifest(ctx: Context, portal: Portal, archive: ArchiveWriter, missed: list[str]) -> Manifest:
    described = Manifest(
        portal=portal.member_id,
        domain=portal.domain,
        schema=migrate.known()[-1],
        written_at=ctx.now().isoformat(timespec="seconds"),
        written_by=f"Paraph {__version__}",
        tables=archive.tables,
        files=archive.files,
        lost=tuple(missed),
    )
    return described.locked(ctx.vault.lock(described.digest()))
