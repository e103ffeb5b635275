"""Connect an account at a signing provider, change its keys, take it away again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import N_, InvalidPayload, NotAllowed, NotFound, ProviderError, Sentence, Trouble
from b24app.outbox.message import Message
from b24app.providers.capabilities import Auth, Capabilities, Scope
from b24app.providers.registry import Registry
from b24app.services.answer_questions import field_named
from b24app.services.ask_provider import HEALTH, asking, note_health, room_of
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.signing_rules import forget_connection
from b24app.store import connections, holdings, outbox
from b24app.store.database import writing
from b24app.store.tables import Connection, Portal
from b24app.store.vault import fingerprint

FORMER_KEYS = timedelta(days=1)
MAX_NAME_CHARS = 120
FIXED = N_(
    "Documents are out that can be signed with the present setting only: %(count)s. Withdraw or finish them first, or "
    "connect the account a second time with the other setting."
)
MENDED_BY_A_PERSON = frozenset({Trouble.AUTH_FAILED, Trouble.CONSENT_NEEDED})
_SCOPES = (Scope.ACCOUNT, Scope.APP)


def add_connection(
    ctx: Context,
    portal: Portal,
    provider: str,
    name: str,
    secrets: Mapping[str, str],
    settings: Mapping[str, object] | None = None,
    *,
    waits_for_consent: bool = False,
) -> str:
    """Keep an account's keys, locked, and let the worker try it; returns the connection's id.

    `waits_for_consent`: it cannot be tried before a person has agreed on the provider's page (ask_consent.py).
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
            name=_name(name),
            secrets=ctx.vault.lock(json.dumps(dict(secrets))),
            settings=dict(settings or {}),
            webhook_hash=fingerprint(secret),
            webhook_secret=ctx.vault.lock(secret),
            health="consent" if waits_for_consent else "new",
            created_at=to_ms(ctx.now()),
        )
        if not waits_for_consent:
            enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)
    return connection


def change_secrets(
    ctx: Context,
    portal: Portal,
    connection: str,
    secrets: Mapping[str, str],
    settings: Mapping[str, object] | None = None,
    *,
    waits_for_consent: bool = False,
) -> None:
    """Put other keys in place of those that stand; requests that are out go on with them.

    What the provider proves with the former ones is believed for another day. Raises: NotFound; FormRefused naming
    `q-<question>` for a setting on which documents that are out depend.
    """
    row = connections.get(portal.member_id, connection)
    changes: dict[str, object] = {"health": "consent" if waits_for_consent else "new", "health_note": ""}
    if settings is not None:
        changes["settings"] = dict(settings)
    if dict(secrets) != secrets_of(ctx, row):
        changes["secrets"] = ctx.vault.lock(json.dumps(dict(secrets)))
        changes |= {"former_secrets": row.secrets, "former_until": to_ms(ctx.now() + FORMER_KEYS)}
    with writing():
        _refuse_fixed(ctx, connections.get(portal.member_id, connection), settings)
        connections.save(portal.member_id, connection, **changes)
        if not waits_for_consent:
            enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)


def _refuse_fixed(ctx: Context, row: Connection, settings: Mapping[str, object] | None) -> None:
    """Raises: FormRefused while documents are out that could no longer be signed."""
    if settings is None:
        return
    fixed = room_of(ctx, row.provider).fixed
    was, wanted = fixed(row.settings), fixed(settings)
    changed = [name for name in was.keys() & wanted.keys() if was[name] != wanted[name]]
    out = holdings.count_open_through(row.portal, row.id) if changed else 0
    if out:
        problem = InvalidPayload(FIXED, count=out)
        raise FormRefused({field_named(name): [problem] for name in changed})


def secrets_of(ctx: Context, row: Connection) -> dict[str, str]:
    """Unlock what a connection's room is opened with."""
    return dict(json.loads(ctx.vault.unlock(row.secrets))) if row.secrets else {}


def rename_connection(portal: Portal, connection: str, name: str) -> None:
    """Call it otherwise. Raises: NotFound; InvalidPayload without a name."""
    connections.get(portal.member_id, connection)
    if not _name(name):
        raise InvalidPayload(N_("Enter a name for this account."), field="name")
    with writing():
        connections.save(portal.member_id, connection, name=_name(name))


def try_connection(ctx: Context, portal: Portal, connection: str) -> None:
    """Let the worker ask the provider once more who we are. Raises: NotFound."""
    connections.get(portal.member_id, connection)
    with writing():
        enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)


def remove_connection(ctx: Context, portal: Portal, connection: str) -> None:
    """Forget an account: nothing is sent through it and no event of it is taken any more; the worker ends the rest.

    The rules that name it go with it. Raises: NotAllowed while documents are out through it; NotFound.
    """
    connections.get(portal.member_id, connection)
    with writing():
        out = holdings.count_open_through(portal.member_id, connection)
        if out:
            raise NotAllowed(
                N_("%(count)s documents are still being signed through this service. Withdraw or finish them first."),
                count=out,
            )
        connections.save(portal.member_id, connection, removed_at=to_ms(ctx.now()), consent="")
        forget_connection(portal.member_id, connection)
        enqueue_check(ctx, portal.member_id, connection)
    ctx.hints.hint(portal.member_id)


def check_connection(ctx: Context, providers: Registry, message: Message) -> None:
    """Try an account and have its events sent here, or no longer; the worker's handler. `asking` notes how it fares.

    What only a person can mend is told on the settings page and not tried again by itself.
    """
    row = connections.find(message.portal, str(message.payload["connection"]))
    if row is None or not row.secrets:
        return
    capabilities = room_of(ctx, row.provider).capabilities(row.settings)
    if row.removed_at is not None:
        _end(ctx, providers, row, capabilities)
        return
    try:
        _try(ctx, providers, row, capabilities)
    except ProviderError as error:
        if not _is_settled(error):
            raise
        health = HEALTH.get(error.kind, "limited")
        note_health(ctx, row.portal, row.id, health, Sentence.of(error).kept())


def _try(ctx: Context, providers: Registry, row: Connection, capabilities: Capabilities) -> None:
    """What was learnt of the account is kept before its webhook is set, which may fail or never be allowed."""
    with asking(ctx, providers, row.portal, row.id) as provider:
        account = provider.check_connection()
        with writing():
            connections.save(row.portal, row.id, account=asdict(account))
        if capabilities.webhook in _SCOPES:
            provider.ensure_webhook(webhook_url(ctx, row))


def step_of(ctx: Context, provider: str) -> str:
    """Name the step of our addresses that belongs to a provider. Raises: NotFound for one without a door."""
    found = next((step for step, door in ctx.doors.items() if door.provider == provider), None)
    if found is None:
        raise NotFound(N_("There is no signing service of this name."))
    return found


def webhook_url(ctx: Context, connection: Connection) -> str:
    """Return the address that a connection's events are posted to; it carries a secret."""
    step = step_of(ctx, connection.provider)
    return ctx.url(f"/webhooks/{step}/{ctx.vault.unlock(connection.webhook_secret)}")


def _end(ctx: Context, providers: Registry, row: Connection, capabilities: Capabilities) -> None:
    """Have no more events sent here, unless the keys that would be needed are worth nothing; then forget them."""
    try:
        if capabilities.webhook in _SCOPES:
            with asking(ctx, providers, row.portal, row.id) as provider:
                provider.remove_webhook(webhook_url(ctx, row))
    except ProviderError as error:
        if not _is_settled(error):
            raise
    with writing():
        bare = {"secrets": "", "webhook_secret": "", "former_secrets": "", "former_until": None}
        connections.save(row.portal, row.id, **bare, account={}, health="new", health_note="")


def _is_settled(error: ProviderError) -> bool:
    """Say whether trying again by ourselves cannot help."""
    return error.permanent or error.kind in MENDED_BY_A_PERSON


def _name(text: str) -> str:
    return " ".join(text.split())[:MAX_NAME_CHARS]


def enqueue_check(ctx: Context, portal: str, connection: str) -> None:
    """Every change is a check of its own; the id of a message that is about no request is made up."""
    payload = {"connection": connection}
    outbox.enqueue(portal, f"check-{ctx.new_id()}", 1, Topic.CHECK_CONNECTION, payload, ctx.now())
