"""A portal's accounts at signing services, for its administrators: how each fares and what it can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.clock import from_ms
from b24app.domain.events import Topic
from b24app.errors import Sentence
from b24app.providers.base import AccountInfo
from b24app.providers.capabilities import Auth, Capabilities
from b24app.providers.room import Room, WayIn
from b24app.services.ask_consent import consent_link
from b24app.services.ask_provider import NEEDS_A_PERSON
from b24app.services.context import Context
from b24app.store import connections, holdings, outbox
from b24app.store.tables import Connection, Portal


@dataclass(frozen=True)
class ConnectionView:
    """One account. `way` is how it was connected, None when this installation does not know its provider any more.

    `account` is None until the provider has said who we are to it. `out`: documents that still need it. `consent` is
    an address that leads to the provider's page, where a person has to agree; empty when nobody has to.
    """

    id: str
    name: str
    title: str
    way: WayIn | None
    settings: Mapping[str, object]
    capabilities: Capabilities
    account: AccountInfo | None
    health: str
    note: Sentence | None
    heard_at: datetime | None
    is_checking: bool
    is_test: bool
    out: int
    consent: str = ""

    @property
    def waits(self) -> bool:
        """Whether something about it is about to change by itself."""
        return self.is_checking or bool(self.consent)


def list_connections(ctx: Context, portal: Portal, user_id: int) -> list[ConnectionView]:
    """List the accounts in use, the oldest first; `user_id` is the administrator who looks."""
    checking = _checking(portal.member_id)
    return [_view(ctx, portal, user_id, row, checking) for row in connections.of_portal(portal.member_id)]


def connectable(ctx: Context) -> list[Room]:
    """List the providers of which an account can be connected."""
    return [room for room in ctx.rooms.values() if room.ways_in]


def _view(ctx: Context, portal: Portal, user_id: int, row: Connection, checking: Collection[str]) -> ConnectionView:
    room = ctx.rooms.get(row.provider)
    way = _way(room, row)
    capabilities = room.capabilities(row.settings) if room else Capabilities()
    return ConnectionView(
        id=row.id,
        name=row.name,
        title=room.title if room else row.provider,
        way=way,
        settings=row.settings,
        capabilities=capabilities,
        account=_account(row.account),
        health=row.health if room else "unknown",
        note=Sentence.read(row.health_note) if row.health_note else None,
        heard_at=from_ms(row.heard_at) if row.heard_at else None,
        is_checking=row.id in checking,
        is_test=capabilities.test_mode or bool(row.account.get("is_test")),
        out=holdings.count_open_through(portal.member_id, row.id),
        consent=consent_link(ctx, portal, user_id, row) if _wants_consent(way, row.health) else "",
    )


def _way(room: Room | None, row: Connection) -> WayIn | None:
    """The way that was taken; an account from before there were several has the first one."""
    ways = room.ways_in if room else ()
    return next((way for way in ways if way.auth == row.settings.get("auth")), ways[0] if ways else None)


def _wants_consent(way: WayIn | None, health: str) -> bool:
    """A code is traded anew when its token is dead; where assertions are signed, consent is all there is to give."""
    if way is None or way.begin is None or health not in NEEDS_A_PERSON:
        return False
    return way.auth is Auth.OAUTH_CODE or health == "consent"


def _account(kept: Mapping[str, Any]) -> AccountInfo | None:
    return AccountInfo(**kept) if kept else None


def _checking(portal: str) -> set[str]:
    """Name the accounts that are being tried for the first time; what was put off is no longer waited for."""
    messages = outbox.open_of_topic(portal, Topic.CHECK_CONNECTION)
    return {str(message.payload.get("connection")) for message in messages if message.failing_since is None}
