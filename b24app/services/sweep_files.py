"""Delete the stored files that nobody needs any more, a little at a time.

A file goes in two steps. When it was put more than a day ago and no row names it, it is set aside; half a day later it
is deleted, unless somebody has asked for it or a row names it again. So a row that is written while its file is being
swept keeps its file, however long either takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog

from b24app.clock import monotonic_s
from b24app.documents.storage import BlobDamaged
from b24app.errors import StorageError
from b24app.services.context import Context
from b24app.store import removal, sweeps
from b24app.store.database import writing
from b24app.store.tables import FileSweep

EVERY = timedelta(days=1)
UNTOUCHED_FOR = timedelta(days=1)
ASIDE_FOR = timedelta(hours=12)
AFTER_TROUBLE = timedelta(hours=1)
STEP_S = 10.0
BATCH = 500

log = structlog.get_logger()


def sweep_files(ctx: Context, step_s: float = STEP_S, batch: int = BATCH) -> None:
    """Take one step of the daily sweep when it is due; the next minute goes on where it stops.

    A store that is in trouble, or belongs to another installation, is left alone for a while.
    """
    with writing():
        row = sweeps.begin(ctx.now(), ctx.new_id())
    if row is None:
        return
    try:
        behind, due_at = _Step(ctx, monotonic_s() + step_s, batch).take(row)
    except StorageError as error:
        log.warning("sweep_postponed", code=error.code)
        behind, due_at = row.behind, ctx.now() + AFTER_TROUBLE
    with writing():
        sweeps.leave(behind, due_at)


def is_anothers(ctx: Context) -> bool:
    """Say whether the store is another installation's: what is needed there looks unneeded here, so nothing goes."""
    return ctx.blobs.owner() not in ("", _owner(ctx))


def claim(ctx: Context) -> None:
    """Note in the store that it is this installation's, before files are put there that another one may not know."""
    with writing():
        sweeps.name(ctx.new_id(), ctx.now())
        owner = _owner(ctx)
    ctx.blobs.own(owner)


@dataclass(frozen=True)
class _Step:
    """As much as fits into its time: `batch` files are looked at in one go."""

    ctx: Context
    until_s: float
    batch: int

    @property
    def is_over(self) -> bool:
        return monotonic_s() > self.until_s

    def take(self, row: FileSweep) -> tuple[str, datetime]:
        """Returns the file behind which the next step begins, and when it is due."""
        now = self.ctx.now()
        if is_anothers(self.ctx):
            log.error("files_of_another_installation", store=str(self.ctx.blobs))
            return "", now + EVERY
        if not row.behind and not self._emptied(now - ASIDE_FOR):
            return "", now
        behind: str | None = row.behind
        while behind is not None:
            behind = self._look_on(behind, now - UNTOUCHED_FOR)
            if behind is not None and self.is_over:
                return behind, now
        return "", now + EVERY

    def _emptied(self, before: datetime) -> bool:
        """Delete what was set aside before a moment; False when the time did not suffice."""
        names = (file.name for file in self.ctx.blobs.unused() if file.since < before)
        while chunk := list(islice(names, self.batch)):
            unneeded = removal.unneeded(set(chunk))
            for name in chunk:
                _settle(self.ctx, name, is_needed=name not in unneeded)
                if self.is_over:
                    return False
        return True

    def _look_on(self, behind: str, before: datetime) -> str | None:
        """Set aside what was put before a moment and is unneeded among the next files; None when these were the last.

        Rows go first: what is kept of a document's pages before the document.
        """
        files = list(islice(self.ctx.blobs.stored(behind), self.batch))
        last = files[-1].name if len(files) == self.batch else None
        unneeded = removal.unneeded({file.name for file in files if file.since < before})
        lost = removal.lost_documents(behind, last, {file.name for file in files} - unneeded)
        if lost:
            with writing():
                removal.forget_derived(lost)
        if unneeded:
            self.ctx.blobs.own(_owner(self.ctx))
        for name in sorted(unneeded):
            self.ctx.blobs.set_aside(name, before)
            if self.is_over:
                return name
        return last


def _owner(ctx: Context) -> str:
    """Name this installation: a copy of its database, made to try something out, has another address."""
    return f"{ctx.settings.public_url} {sweeps.owner()}"


def _settle(ctx: Context, name: str, *, is_needed: bool) -> None:
    try:
        if is_needed:
            ctx.blobs.bring_back(name)
    except BlobDamaged:
        log.error("needed_file_damaged", sha256=name)
        return
    ctx.blobs.discard(name)
