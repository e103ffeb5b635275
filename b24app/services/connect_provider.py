"""Connect an account at a signing provider, change its keys, take it away again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import N_, NotAllowed
from b24app.outbox.message import Message
from b24app.providers.capabilities import Auth, Capabilities, Scope
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking, room_of
from b24app.services.context import Context
from b24app.store import connections, holdings, outbox
from b24app.store.database import writing
from b24app.store.tables import Connection, Portal
from b24app.store.vault import fingerprint

_SCOPES = (Scope.ACCOUNT, Scope.APP)


def add_connection(
    ctx: Context,
    portal: Portal,
    provider: str,
    name: str,
    secrets: Mapping[str, str],
    settings: Mapping[str, object] | None = None,
) -> str:
    """Keep an account's keys, locked, and let the worker try it; returns the connection's id.

    Raises: NotFound for a provider that Paraph does not know; NotAllowed for one without accounts.
    """
    if Auth.NONE in room_of(ctx, provider).capabilities({}).auth:
        raise NotAllowed(N_("This signing service needs no account."))
    connection, secret = ctx.new_id(), ctx.new_secret()
    with writing():
        connections.insert(
            portal.member_id,
            id=connection,
            provider=provider,
            name=" ".join(name.split())[:120],
            secrets=ctx.vault.lock(json.dumps(dict(secrets))),
            settings=dict(settings or {}),
            webhook_hash=fingerprint(secret),
            webhook_secret=ctx.vault.lock(secret),
            created_at=to_ms(ctx.now()),
        )
        _enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)
    return connection


def change_secrets(ctx: Context, portal: Portal, connection: str, secrets: Mapping[str, str]) -> None:
    """Put other keys in place of those that stand; requests that are out go on with them. Raises: NotFound."""
    connections.get(portal.member_id, connection)
    with writing():
        connections.save(portal.member_id, connection, secrets=ctx.vault.lock(json.dumps(dict(secrets))))
        _enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)


def remove_connection(ctx: Context, portal: Portal, connection: str) -> None:
    """Forget an account: nothing is sent through it and no event of it is taken any more; the worker ends the rest.

    Raises: NotAllowed while documents are out through it; NotFound.
    """
    connections.get(portal.member_id, connection)
    with writing():
        out = holdings.count_open_through(portal.member_id, connection)
        if out:
            raise NotAllowed(
                N_("%(count)s documents are still being signed through this service. Withdraw or finish them first."),
                count=out,
            )
        connections.save(portal.member_id, connection, removed_at=to_ms(ctx.now()))
        _enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)


def check_connection(ctx: Context, providers: Registry, message: Message) -> None:
    """Try an account and have its events sent here, or no longer; the worker's handler. `asking` notes how it fares."""
    row = connections.find(message.portal, str(message.payload["connection"]))
    if row is None or not row.secrets:
        return
    capabilities = room_of(ctx, row.provider).capabilities(row.settings)
    if row.removed_at is not None:
        _end(ctx, providers, row, capabilities)
        return
    with asking(ctx, providers, row.portal, row.id) as provider:
        account = provider.check_connection()
        if capabilities.webhook in _SCOPES:
            provider.ensure_webhook(webhook_url(ctx, row))
    with writing():
        connections.save(row.portal, row.id, account=asdict(account))


def webhook_url(ctx: Context, connection: Connection) -> str:
    """Return the address that a connection's events are posted to; it carries a secret."""
    door = next(step for step, door in ctx.doors.items() if door.provider == connection.provider)
    return ctx.url(f"/webhooks/{door}/{ctx.vault.unlock(connection.webhook_secret)}")


def _end(ctx: Context, providers: Registry, row: Connection, capabilities: Capabilities) -> None:
    if capabilities.webhook in _SCOPES:
        with asking(ctx, providers, row.portal, row.id) as provider:
            provider.remove_webhook(webhook_url(ctx, row))
    with writing():
        connections.save(row.portal, row.id, secrets="", webhook_secret="", account={}, health="new", health_note="")


def _enqueue_check(ctx: Context, portal: str, connection: str) -> None:
    """Every change is a check of its own; the id of a message that is about no request is made up."""
    payload = {"connection": connection}
    outbox.enqueue(portal, f"check-{ctx.new_id()}", 1, Topic.CHECK_CONNECTION, payload, ctx.now())
