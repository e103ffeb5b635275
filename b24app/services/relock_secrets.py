"""Lock every stored secret under the newest key, so that older keys can be taken away."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.services.context import Context
from b24app.store import relocking
from b24app.store.relocking import Relocking
from b24app.store.tables import ALL


@dataclass(frozen=True)
class Relocked:
    done: int  # rows with a secret that was under an older key
    unreadable: int  # secrets that no key opens; they stay as they are


def relock_secrets(ctx: Context) -> Relocked:
    """Go through all tables while work goes on; a row that somebody changed at that moment is looked at again."""
    done = unreadable = 0
    for table in ALL:
        under_newest = Relocking(ctx.vault)
        while changes := relocking.find(table, under_newest):
            done += sum(relocking.carry_out(table, change) for change in changes)
            under_newest = Relocking(ctx.vault)
        unreadable += under_newest.unreadable.total()
    return Relocked(done, unreadable)
