"""Delete a portal that has moved away; nobody is told, for its life goes on elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

from b24app.archive.manifest import Manifest
from b24app.archive.writer import line
from b24app.errors import ArchiveRefused
from b24app.services.context import Context
from b24app.services.import_portal import import_portal, let_go
from b24app.store import arrival, belongings
from b24app.store.belongings import PARTS
from b24app.store.database import writing
from b24app.store.tables import AuditRow, OutboxMessage, Request, SignerRow, Value

LIFE = (Request, SignerRow, Value, AuditRow, OutboxMessage)
"""Where everything that happens to a portal leaves its mark."""


def forget_portal(ctx: Context, path: Path) -> Manifest:
    """Delete everything here of the portal whose archive this is, once it is sure that the archive holds all of it.

    Raises: ArchiveRefused when the archive is not whole, or something has happened here since it was written.
    """
    manifest = import_portal(ctx, path, replace=True, only_check=True).manifest
    with writing():
        _refuse_news(manifest)
        files = arrival.make_room(manifest.portal)
    let_go(ctx, files)
    return manifest


def _refuse_news(manifest: Manifest) -> None:
    changed = [part.name for part in PARTS if part.table in LIFE and not _is_as_written(part, manifest)]
    if changed:
        raise ArchiveRefused(
            "Something has happened here since the archive was written (%(tables)s). Stop web and worker, then export "
            "and import again.",
            tables=", ".join(changed),
        )


def _is_as_written(part: belongings.Part, manifest: Manifest) -> bool:
    digest = hashlib.sha256()
    for row in belongings.rows(part, manifest.portal):
        digest.update(line(row))
    return part.name in manifest.tables and manifest.tables[part.name].sha256 == digest.hexdigest()
