"""Let a portal go: its tokens always, its data when its administrator asked for that."""

from __future__ import annotations

from datetime import datetime, timedelta

from b24app.clock import from_ms, to_ms
from b24app.errors import N_, ProviderError, Trouble
from b24app.services.context import Context
from b24app.services.void_request import void_open
from b24app.store import holdings, portals, removal
from b24app.store.database import writing
from b24app.store.tables import Portal

REASON = "Paraph was removed from the Bitrix24 it was sent from."

CALLING_BACK = timedelta(hours=1)


def uninstall_portal(ctx: Context, portal: Portal, *, clean: bool) -> None:
    """Remove tokens, call back what is still out; with `clean` delete data and files too.

    The portal's bare row stays: it proves a repeated event, and a reinstallation finds it. Doing it twice is harmless.
    Raises: ProviderError(NOT_READY) while documents are being called back at a provider, whose keys would be deleted.
    """
    member_id = portal.member_id
    removed_at = portal.uninstalled_at or to_ms(ctx.now())
    for request_id in holdings.open_ids(member_id):
        void_open(ctx, portal, request_id, REASON)
    with writing():
        removal.delete_tokens(member_id)
        portals.save(
            member_id,
            health="uninstalled",
            health_note="",
            uninstalled_at=removed_at,
        )
    if clean:
        _let_providers_finish(ctx, member_id, from_ms(removed_at))
        _delete_everything(ctx, member_id)


def _let_providers_finish(ctx: Context, member_id: str, removed_at: datetime) -> None:
    """Give them an hour; a provider that is down longer keeps nobody's data here."""
    if holdings.count_closing(member_id) and ctx.now() - removed_at < CALLING_BACK:
        raise ProviderError(
            N_("Documents of this Bitrix24 are still being called back at a signing service."),
            kind=Trouble.NOT_READY,
            retry_after_s=60,
        )


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
