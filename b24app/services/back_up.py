"""Copy the database, then the files its copy names, while work goes on.

That order makes the two fit: a file is stored before the row that names it, under the hash of its bytes, and never
changed. So every row of the copy finds its file, unless that was deleted in between, with its row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from b24app.archive.new_file import new_file
from b24app.documents.local_storage import LocalBlobs
from b24app.documents.storage import BlobDamaged
from b24app.errors import ArchiveRefused, NotFound
from b24app.services.context import Context
from b24app.store import backup
from b24app.store.belongings import LASTING_FILES
from b24app.store.removal import BLOB_COLUMNS


@dataclass(frozen=True)
class BackedUp:
    database: Path
    bytes: int
    files: int  # that belong to it
    copied: int  # of these now; the others were in the directory already
    lost: int  # that should be there and are gone or damaged


def back_up(ctx: Context, target: Path) -> BackedUp:
    """Back up into a directory, which keeps a database for each time and each file once; or the database alone.

    Raises: ArchiveRefused when the target is neither a directory nor a new .db file, or the copy is not whole.
    """
    if target.is_dir():
        path = target / f"paraph-{ctx.now():%Y%m%dT%H%M%SZ}.db"
        _copy_database(path)
        return _copy_files(ctx, path, LocalBlobs(target / "blobs"))
    if target.suffix != ".db":
        raise ArchiveRefused(
            "%(target)s is not a directory. Make it first, or name a new file that ends in .db.", target=target
        )
    _copy_database(target)
    return BackedUp(target, target.stat().st_size, 0, 0, 0)


def _copy_database(path: Path) -> None:
    with new_file(path) as unfinished:
        backup.copy_database(unfinished)


def _copy_files(ctx: Context, path: Path, keep: LocalBlobs) -> BackedUp:
    named = backup.names_in(path, BLOB_COLUMNS)
    new = [sha256 for sha256 in sorted(named) if not keep.has(sha256)]
    gone = {sha256 for sha256 in new if not _copy_file(ctx, sha256, keep)}
    lost = gone & backup.names_in(path, LASTING_FILES) if gone else gone
    return BackedUp(path, path.stat().st_size, len(named - gone), len(new) - len(gone), len(lost))


def _copy_file(ctx: Context, sha256: str, keep: LocalBlobs) -> bool:
    try:
        keep.put(ctx.blobs.get(sha256))
    except (NotFound, BlobDamaged):
        return False
    return True
