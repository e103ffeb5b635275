"""Ask a signing provider, and keep what its answer says about the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from b24app.clock import to_ms
from b24app.errors import N_, NotFound, ProviderError, Sentence, Trouble
from b24app.outbox import connection_rate
from b24app.outbox.backoff import LONGEST_ASKED_S
from b24app.outbox.verdict import OWN_LIMIT
from b24app.providers.base import BUILTIN, Provider
from b24app.providers.capabilities import Capabilities
from b24app.providers.registry import Registry
from b24app.providers.room import Room
from b24app.services.context import Context
from b24app.store import connections
from b24app.store.database import writing
from b24app.store.tables import Connection

HEALTH: Mapping[Trouble, str] = {
    Trouble.AUTH_FAILED: "reconnect",
    Trouble.CONSENT_NEEDED: "consent",
    Trouble.UNAVAILABLE: "down",
}
"""What a refusal says about the account rather than about one request."""
NEEDS_A_PERSON = frozenset({"consent", "reconnect"})
"""In this health nothing can be sent before an administrator has done something."""
_MINUTE_MS = 60_000


@contextmanager
def asking(ctx: Context, providers: Registry, portal: str, connection: str) -> Iterator[Provider]:
    """Yield the provider behind a connection (the built-in engine without one); errors pass, and are noted."""
    try:
        yield providers.of(portal, connection)
    except ProviderError as error:
        _note_trouble(ctx, portal, connection, error)
        raise
    if connection:
        note_health(ctx, portal, connection, "ok", "")


def capabilities_of(ctx: Context, portal: str, connection: str) -> Capabilities:
    """Say what the provider of a request can do, without opening it. Raises: NotFound."""
    if not connection:
        return ctx.rooms[BUILTIN].capabilities({})
    row = connections.get(portal, connection)
    return room_of(ctx, row.provider).capabilities(row.settings)


def is_test(ctx: Context, portal: str, connection: str) -> bool:
    """Say whether what is sent through an account now has no legal effect. Raises: NotFound."""
    if not connection:
        return False
    row = connections.get(portal, connection)
    return room_of(ctx, row.provider).capabilities(row.settings).test_mode or bool(row.account.get("is_test"))


def room_of(ctx: Context, provider: str) -> Room:
    """Raises: NotFound for a provider that Paraph does not know."""
    if provider not in ctx.rooms:
        raise NotFound(N_("There is no signing service of this name."))
    return ctx.rooms[provider]


def _note_trouble(ctx: Context, portal: str, connection: str, error: ProviderError) -> None:
    if not connection or error.code == OWN_LIMIT:
        return
    if error.kind is Trouble.RATE_LIMITED:
        asked_s = min(LONGEST_ASKED_S, error.retry_after_s or 0)
        connection_rate.empty(connection, ctx.now() + timedelta(seconds=asked_s))
    if error.kind in HEALTH:
        note_health(ctx, portal, connection, HEALTH[error.kind], Sentence.of(error).kept())


def heard(ctx: Context, portal: str, connection: str) -> None:
    """Note that an account was heard of, to the minute; what its keys are worth is not known from that."""
    row = connections.find(portal, connection)
    if row is not None:
        _save(row, _heard_now(row, to_ms(ctx.now())))


def note_health(ctx: Context, portal: str, connection: str, health: str, note: str) -> None:
    """Write down how an account fares, when that has changed."""
    row, now_ms = connections.find(portal, connection), to_ms(ctx.now())
    if row is None:
        return
    changes = _heard_now(row, now_ms) if health == "ok" else {}
    if (row.health, row.health_note) != (health, note):
        changes |= {"health": health, "health_note": note, "health_at": now_ms}
    _save(row, changes)


def _heard_now(row: Connection, now_ms: int) -> dict[str, object]:
    return {"heard_at": now_ms} if now_ms - row.heard_at >= _MINUTE_MS else {}


def _save(row: Connection, changes: Mapping[str, object]) -> None:
    if changes:
        with writing():
            connections.save(row.portal, row.id, **changes)
