"""Let a portal go: its tokens always, its data when its administrator asked for that."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.void_request import void_open
from b24app.store import holdings, portals, removal
from b24app.store.database import writing
from b24app.store.tables import Portal

REASON = "Paraph was removed from the Bitrix24 it was sent from."


def uninstall_portal(ctx: Context, portal: Portal, *, clean: bool) -> None:
    """Remove tokens, call back what is still out; with `clean` delete data and files too.

    The portal's bare row stays: it proves a repeated event, and a reinstallation finds it. Doing it twice is harmless.
    """
    member_id = portal.member_id
    for request_id in holdings.open_ids(member_id):
        void_open(ctx, portal, request_id, REASON)
    with writing():
        removal.delete_tokens(member_id)
        portals.save(
            member_id,
            health="uninstalled",
            health_note="",
            uninstalled_at=portal.uninstalled_at or to_ms(ctx.now()),
        )
    if clean:
        _delete_everything(ctx, member_id)


def _delete_everything(ctx: Context, member_id: str) -> None:
    """Rows first: a row without its file would be a broken page, a file that a crash leaves here goes with the sweep.

    Files are set aside, for another portal may be storing the same bytes right now; the sweep deletes them.
    """
    with writing():
        candidates = removal.blobs_of(member_id)
        removal.delete_data(member_id)
        orphans = removal.unreferenced(candidates)
        orphans |= removal.unreferenced(removal.forget_derived(orphans))
    for sha256 in orphans:
        ctx.blobs.set_aside(sha256)
