"""Keep a local application's own client_id and secret: each portal that registers us by hand has its own pair."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.errors import N_, InvalidPayload
from b24app.services.context import Context
from b24app.store import portals
from b24app.store.database import reading, writing
from b24app.store.tables import Application, upsert


def register_application(ctx: Context, client_id: str, client_secret: str) -> None:
    """Store the pair, the secret locked; a second time replaces the secret."""
    if not client_id.startswith(("local.", "app.")) or not client_secret:
        raise InvalidPayload(N_("Enter both as the portal shows them: a client_id like local.5f... and its secret."))
    with writing():
        upsert(
            Application,
            client_id=client_id,
            client_secret=ctx.vault.lock(client_secret),
            created_at=to_ms(ctx.now()),
        )


def list_applications(_ctx: Context) -> list[str]:
    """The registered client_ids, oldest first."""
    with reading():
        return [row.client_id for row in portals.applications()]
