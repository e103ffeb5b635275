"""Take a portal in from an archive: look at everything first, then files, then all rows in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from b24app.archive.manifest import Manifest
from b24app.archive.reader import ArchiveReader
from b24app.errors import ArchiveRefused
from b24app.services.check_archive import check_archive
from b24app.services.context import Context
from b24app.services.sweep_files import claim, is_anothers
from b24app.store import arrival, portals, removal
from b24app.store.belongings import PARTS
from b24app.store.database import reading, writing
from b24app.store.relocking import Relocking
from b24app.store.staging import Staging
from b24app.store.tables import Application, Portal
from b24app.store.vault import Vault


@dataclass(frozen=True)
class Imported:
    manifest: Manifest
    client_id: str
    has_secret: bool  # the secret that belongs to the client_id is known here
    unreadable: int  # secrets that no key opened; in the old place neither


def import_portal(
    ctx: Context, path: Path, *, replace: bool = False, old_keys: Sequence[str] = (), only_check: bool = False
) -> Imported:
    """Import an archive whole or not at all; work that was under way goes on at once.

    Files are stored before the rows that name them. When it fails after that, they stay: nothing refers to them, the
    next try finds them, and removing them could take away what somebody else has just stored.
    Raises: ArchiveRefused; no row has changed then.
    """
    vault = Vault([*ctx.settings.keys(), *old_keys])
    with ArchiveReader(path) as archive, TemporaryDirectory(dir=ctx.settings.data_path, prefix="import-") as directory:
        _open_lock(archive.manifest, vault)
        with _laid_out(archive, Path(directory)) as staging:
            check_archive(archive, staging)
            _refuse_known(archive.manifest.portal, replace)
            relocking = Relocking(vault)
            if not only_check:
                _take_in(ctx, archive, staging, relocking)
            return _report(ctx, archive.manifest, staging, relocking)


def _open_lock(manifest: Manifest, vault: Vault) -> None:
    """See that the keys at hand open the archive's secrets, and that its manifest is the one they locked."""
    if vault.relock(manifest.lock) is None:
        raise ArchiveRefused(
            "The archive's secrets are locked with a key that is not in PARAPH_SECRET_KEYS here. Add the key of the "
            "installation that wrote it, as the last one or in a file named by --old-keys-file."
        )
    if vault.unlock(manifest.lock) != manifest.digest():
        raise ArchiveRefused("The archive's manifest was changed after it was written.")


@contextmanager
def _laid_out(archive: ArchiveReader, directory: Path) -> Iterator[Staging]:
    """Lay the rows out with the schema they were written with, then bring them up to today's."""
    with Staging(directory / "staging.db", archive.manifest.schema) as staging:
        for table in archive.manifest.tables:
            staging.load(table, archive.rows(table))
        staging.upgrade()
        yield staging


def _refuse_known(portal: str, replace: bool) -> None:
    with reading():
        if not replace and portals.find(portal) is not None:
            raise ArchiveRefused(
                "The portal %(portal)s is here already. --replace deletes what is here of it and takes the archive's "
                "place.",
                portal=portal,
            )


def _take_in(ctx: Context, archive: ArchiveReader, staging: Staging, relocking: Relocking) -> None:
    portal = archive.manifest.portal
    _store_files(ctx, archive)
    with writing():
        former = arrival.make_room(portal)
        for part in PARTS:
            rows = (relocking.row(part.name, row) for row in staging.rows(part.table))
            arrival.insert(part.table, rows)
        arrival.start_afresh(portal, ctx.now())
    let_go(ctx, former)
    ctx.hints.hint(portal)


def let_go(ctx: Context, files: set[str]) -> None:
    """Set aside those of these files that no row names any more, and what was made of them; the sweep deletes them.

    In a store that belongs to another installation all stay: that one may need them.
    """
    with reading():
        if is_anothers(ctx):
            return
    with writing():
        orphans = removal.unreferenced(files)
        orphans |= removal.unreferenced(removal.forget_derived(orphans))
    for sha256 in orphans:
        ctx.blobs.set_aside(sha256)


def _store_files(ctx: Context, archive: ArchiveReader) -> None:
    """Raises: ArchiveRefused when the store is another installation's: it could delete them as unneeded."""
    with reading():
        if is_anothers(ctx):
            raise ArchiveRefused(
                "The documents in PARAPH_BLOB_URL belong to another installation. Give this one a folder or prefix of "
                "its own. (If that one is gone, delete the file owner there.)"
            )
    claim(ctx)
    for sha256 in archive.files:
        ctx.blobs.put(archive.file(sha256))


def _report(ctx: Context, manifest: Manifest, staging: Staging, relocking: Relocking) -> Imported:
    [client_id] = staging.names(Portal.client_id)
    has_secret = client_id == ctx.settings.client_id or bool(staging.count(Application))
    return Imported(manifest, client_id, has_secret, relocking.unreadable.total())
