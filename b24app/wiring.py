"""The composition root: real adapters are chosen here and nowhere else."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from peewee import OperationalError

from b24app import __version__, blob_url
from b24app.bitrix.client import AppCredentials
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.exchanges import LogEntry, Whose
from b24app.bitrix.oauth import OAuthServer
from b24app.bitrix.rest_log import RestLog
from b24app.bitrix.transport import Transport
from b24app.clock import Clock, ServerClock, WatchedClock, to_ms, utc_now
from b24app.documents.local_storage import LocalBlobs
from b24app.documents.storage import Blobs
from b24app.domain.events import Topic
from b24app.errors import N_, NotFound, Unavailable
from b24app.letters.smtp import Mailer
from b24app.logs import configure_logs
from b24app.metrics.figures import Figures
from b24app.metrics.opening import open_figures
from b24app.metrics.page import render
from b24app.metrics.state import State
from b24app.outbox.connection_rate import ConnectionLimiter
from b24app.outbox.message import Handler, Message
from b24app.outbox.queue import Hints, HintsAside
from b24app.outbox.rate import OnWait, PortalLimiter
from b24app.providers import docusign, dropbox_sign
from b24app.providers.base import BUILTIN, Letters, Provider
from b24app.providers.builtin import BuiltinProvider
from b24app.providers.doors import DOORS
from b24app.providers.registry import Opening
from b24app.providers.room import Account, Means, Room
from b24app.services.ask_provider import room_of
from b24app.services.context import Context
from b24app.services.kept_keys import KeptKeys
from b24app.services.stored_tokens import StoredTokens
from b24app.settings import Settings
from b24app.store import connections, database, migrate, portals
from b24app.store.tables import Connection, Portal
from b24app.store.vault import Vault, fingerprint

if TYPE_CHECKING:
    from b24app.outbox.worker import Worker

_hints: dict[str, Hints] = {}


def wire(
    settings: Settings, now: Clock | None = None, *, is_web: bool = False, shares_figures: bool = False
) -> Context:
    """Choose the adapters, bind the database and bring its schema up to date.

    The clock is the one given, else that of the database server, else the machine's; jumps of it are noticed.
    `shares_figures`: what is counted is added to what the machine's other processes count; for a process that serves or
    works, once.
    """
    configure_logs(settings.log_level)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    database.connect(settings.database)
    _bring_up_to_date()
    now = now or _clock()
    vault = Vault(settings.keys())
    figures, sums = open_figures(settings.metrics if shares_figures else None)
    rest_log = RestLog(settings.rest_log, now)
    transport = _transport(settings, rest_log, figures)
    oauth = OAuthServer(transport, settings.oauth_url, now=now)
    mailer = Mailer(settings.smtp_url, settings.mail_from, on_end=figures.letter_ended)
    return Context(
        settings=settings,
        now=now,
        new_id=partial(secrets.token_urlsafe, 16),
        new_secret=partial(secrets.token_urlsafe, 32),
        vault=vault,
        blobs=_blobs(settings, now),
        transport=transport,
        rest_log=rest_log,
        oauth=oauth,
        mailer=mailer,
        hints=HintsAside(_hints_of(settings, now)) if is_web else _hints_of(settings, now),
        rooms=_rooms(settings, mailer, now),
        doors=DOORS,
        rest=partial(_rest_client, settings, vault, transport, oauth, now, figures.rate_waited),
        observer=figures,
        metrics=partial(render, sums, State(now)),
    )


def _clock() -> Clock:
    wall = utc_now if database.is_sqlite() else ServerClock(database.server_ms)
    return WatchedClock(wall, tell=structlog.get_logger().warning)


def _transport(settings: Settings, rest_log: RestLog, figures: Figures) -> Transport:
    def watch(entry: LogEntry) -> None:
        figures.portal_called(entry.whose.portal, entry.family, entry.outcome)
        rest_log.write(entry)

    return Transport(allow_private=settings.allow_insecure_portals, user_agent=f"Paraph/{__version__}", log=watch)


def _bring_up_to_date() -> None:
    """Raises: Unavailable when the database cannot be reached."""
    try:
        migrate.migrate()
    except OperationalError as error:
        raise Unavailable.database() from error
    finally:
        database.close_all()


def wire_worker(ctx: Context, handlers: Mapping[Topic, Handler] | None = None) -> Worker:
    """Make the worker; `handlers`: others than the services' own."""
    from b24app.outbox.worker import Worker
    from b24app.services.housekeeping import each_minute
    from b24app.services.report_dead import report_dead

    hints = _hints_of(ctx.settings, ctx.now)
    worker_id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    return Worker(
        handlers or wire_handlers(ctx),
        hints,
        ctx.now,
        worker_id,
        on_dead=partial(report_dead, ctx),
        due=partial(each_minute, ctx),
        on_wait=ctx.observer.rate_waited,
    )


def wire_handlers(ctx: Context) -> dict[Topic, Handler]:
    """Give every topic its service."""
    from b24app.providers.builtin import BuiltinProvider
    from b24app.providers.registry import Registry
    from b24app.services import hand_over, write_to_signer
    from b24app.services.act_on_provider_event import act_on_provider_event
    from b24app.services.cancel_at_provider import cancel_at_provider
    from b24app.services.connect_provider import check_connection
    from b24app.services.correct_at_provider import correct_at_provider
    from b24app.services.fetch_file import fetch_file
    from b24app.services.file_to_card import file_to_card, pin_document
    from b24app.services.look_at_request import look_again
    from b24app.services.mint_link import mint_link
    from b24app.services.receive_event import act_on_event
    from b24app.services.relay_to_portal import relay_to_portal
    from b24app.services.seal_document import seal_document
    from b24app.services.write_back import write_back

    builtin = BuiltinProvider(ctx.mailer, ctx.settings.mail_from, ctx.now)
    providers = Registry(builtin, partial(_opening, ctx, builtin), partial(_former_opening, ctx, builtin))

    def with_providers(handle: Callable[[Context, Registry, Message], None]) -> Handler:
        return partial(handle, ctx, providers)

    return {
        Topic.HAND_OVER: with_providers(hand_over.hand_over),
        Topic.INVITE: with_providers(write_to_signer.invite_signer),
        Topic.REMIND: with_providers(write_to_signer.invite_signer),
        Topic.COPY_TO_SIGNERS: with_providers(write_to_signer.send_copy),
        Topic.TELL_SIGNERS: with_providers(write_to_signer.tell_signer),
        Topic.FETCH_FILE: with_providers(fetch_file),
        Topic.CANCEL: with_providers(cancel_at_provider),
        Topic.CORRECT_SIGNER: with_providers(correct_at_provider),
        Topic.LOOK: with_providers(look_again),
        Topic.SIGNING_LINK: with_providers(mint_link),
        Topic.PROVIDER_EVENT: with_providers(act_on_provider_event),
        Topic.CHECK_CONNECTION: with_providers(check_connection),
        Topic.RELAY: partial(relay_to_portal, ctx),
        Topic.SEAL: partial(seal_document, ctx),
        Topic.FILE_TO_CARD: partial(file_to_card, ctx),
        Topic.PIN: partial(pin_document, ctx),
        Topic.WRITE_BACK: partial(write_back, ctx),
        Topic.PORTAL_EVENT: partial(act_on_event, ctx),
    }


def _rooms(settings: Settings, mailer: Mailer, now: Clock) -> Mapping[str, Room]:
    """List the signing providers; listing them loads no SDK."""
    engine = BuiltinProvider(mailer, settings.mail_from, now)
    builtin = Room(BUILTIN, engine.title, lambda _settings: engine.capabilities, lambda _account, _means: engine)
    distant = (
        dropbox_sign.listed(settings.dropbox_sign_url),
        docusign.listed(settings.docusign_url, settings.docusign_auth_url),
    )
    return {room.name: room for room in (builtin, *distant)}


def _opening(ctx: Context, letters: Letters, portal: str, connection: str) -> Opening:
    """Say how the room of a connection is opened. Raises: NotFound in every portal but its own."""
    row = connections.find(portal, connection)
    if row is None or not row.secrets:
        raise NotFound(N_("This signing service is not connected."))
    version = fingerprint(f"{row.secrets} {json.dumps(row.settings, sort_keys=True)}")
    return Opening(version, partial(_open_room, ctx, letters, row, row.secrets))


def _former_opening(ctx: Context, letters: Letters, portal: str, connection: str) -> Opening | None:
    """The same with the keys that stood before the last change, while they count."""
    row = connections.find(portal, connection)
    if row is None or not row.former_secrets or (row.former_until or 0) <= to_ms(ctx.now()):
        return None
    return Opening("", partial(_open_room, ctx, letters, row, row.former_secrets))


def _open_room(ctx: Context, letters: Letters, row: Connection, locked: str) -> Provider:
    room = room_of(ctx, row.provider)
    rate = room.capabilities(row.settings).rate
    limiter = ConnectionLimiter(row.id, rate.per_minute, rate.heavy_per_minute, ctx.now)
    account = Account(row.id, json.loads(ctx.vault.unlock(locked)), row.settings)
    keys = KeptKeys(ctx.vault, row.portal, row.id)
    return room.open(account, Means(ctx.now, limiter, letters, keys))


def _rest_client(
    settings: Settings,
    vault: Vault,
    transport: Transport,
    oauth: OAuthServer,
    now: Clock,
    on_wait: OnWait,
    portal: Portal,
    user_id: int,
) -> PortalClient:
    tokens = StoredTokens(vault, now, portal.member_id, user_id)
    credentials = AppCredentials(portal.client_id, partial(_client_secret, settings, vault, portal.client_id))
    limiter = PortalLimiter(portal.member_id, now, on_wait=on_wait)
    return PortalClient(transport, oauth, tokens, credentials, limiter, now, Whose(portal.member_id, user_id))


def _client_secret(settings: Settings, vault: Vault, client_id: str) -> str:
    if client_id and client_id == settings.client_id:
        return settings.client_secret
    registered = portals.application(client_id)
    return vault.unlock(registered.client_secret) if registered else ""


def _blobs(settings: Settings, now: Clock) -> Blobs:
    address = blob_url.parse(settings.blobs)
    if isinstance(address, Path):
        return LocalBlobs(address)
    from b24app.documents.s3_storage import S3Blobs  # boto3 is heavy, and needed only here

    return S3Blobs(address, now)


def _hints_of(settings: Settings, now: Clock) -> Hints:
    """One queue a process and address: Huey registers its tasks once."""
    if settings.queue not in _hints:
        _hints[settings.queue] = Hints(settings.queue, now)
    return _hints[settings.queue]
