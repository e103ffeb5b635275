"""Send an administrator to a provider's page, where he agrees, and take what comes back.

That page opens as one of its own, outside the frame: no session goes with him. A signed link of ours leads there and
leaves a mark in the account's row; a signed state comes back, is good for a quarter of an hour, and only once, for it
takes the mark away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import structlog
from itsdangerous import BadData, URLSafeSerializer

from b24app.clock import to_ms
from b24app.errors import N_, NotFound, Unauthentic
from b24app.providers.capabilities import Auth
from b24app.providers.room import CODE, RETURN_TO, STATE, WayIn
from b24app.services.answer_questions import way_into
from b24app.services.ask_provider import room_of
from b24app.services.connect_provider import enqueue_check, secrets_of, step_of
from b24app.services.context import Context
from b24app.store import connections, portals
from b24app.store.database import writing
from b24app.store.tables import Connection, Portal
from b24app.store.vault import fingerprint

log = structlog.get_logger()

LINK_LIFE, STATE_LIFE = timedelta(hours=1), timedelta(minutes=15)
_LINK, _STATE = "paraph-consent-link", "paraph-consent-state"  # salts: one is never taken for the other


@dataclass(frozen=True)
class Errand:
    """Who went to a provider's page, for which account. `nonce` tells one going from another."""

    portal: str
    connection: str
    user_id: int
    nonce: str = ""


def consent_link(ctx: Context, portal: Portal, user_id: int, row: Connection) -> str:
    """Make the address of ours that leads to the provider's page; whoever has it acts for this administrator."""
    token = _sign(ctx, _LINK, Errand(portal.member_id, row.id, user_id), LINK_LIFE)
    return ctx.url(f"/{step_of(ctx, row.provider)}/oauth/begin/{token}")


def send_away(ctx: Context, step: str, token: str) -> str:
    """Return the address of the provider's page. Raises: Unauthentic, NotFound; InvalidPayload by the room."""
    errand = _read(ctx, _LINK, token)
    row, way = _way(ctx, step, errand)
    nonce = ctx.new_secret()
    state = _sign(ctx, _STATE, Errand(errand.portal, errand.connection, errand.user_id, nonce), STATE_LIFE)
    assert way.begin is not None
    address = way.begin(secrets_of(ctx, row), row.settings, state, return_address(ctx, step))
    with writing():
        connections.save(row.portal, row.id, consent=fingerprint(nonce))
    return address


def come_back(ctx: Context, step: str, state: str, code: str) -> bool:
    """Keep what the provider sent back and let the worker try the account; without a code nothing was agreed to.

    Says whether it was. Raises: Unauthentic for a state that is not ours, too old or used; NotFound.
    """
    errand = _read(ctx, _STATE, state)
    row, way = _way(ctx, step, errand)
    with writing():
        if not connections.use_consent(row.portal, row.id, fingerprint(errand.nonce)):
            raise Unauthentic(N_("This link has been used already. Start again from Paraph's settings."))
        if not code:
            return False
        if way.auth is Auth.OAUTH_CODE:
            brought = {CODE: code, RETURN_TO: return_address(ctx, step), STATE: state}
            secrets = {**secrets_of(ctx, connections.get(row.portal, row.id)), **brought}
            connections.save(row.portal, row.id, secrets=ctx.vault.lock(json.dumps(secrets)))
        connections.save(row.portal, row.id, health="new", health_note="")
        enqueue_check(ctx, row.portal, row.id)
    ctx.hints.hint(row.portal)
    log.info("consent_given", portal=row.portal, connection=row.id, user_id=errand.user_id)
    return True


def return_address(ctx: Context, step: str) -> str:
    """Where a provider sends people back to: the address that is registered there."""
    return ctx.url(f"/{step}/oauth")


def _way(ctx: Context, step: str, errand: Errand) -> tuple[Connection, WayIn]:
    portals.get(errand.portal)
    row = connections.get(errand.portal, errand.connection)
    way = way_into(room_of(ctx, row.provider), str(row.settings.get("auth", "")))
    if way.begin is None or step_of(ctx, row.provider) != step:
        raise NotFound(N_("This signing service cannot be connected in this way."))
    return row, way


def _sign(ctx: Context, salt: str, errand: Errand, life: timedelta) -> str:
    until_ms = to_ms(ctx.now() + life)
    values = [errand.portal, errand.connection, errand.user_id, errand.nonce, until_ms]
    return str(_serializer(ctx, salt).dumps(values))


def _read(ctx: Context, salt: str, token: str) -> Errand:
    try:
        portal, connection, user_id, nonce, until_ms = _serializer(ctx, salt).loads(token)
    except (BadData, ValueError) as error:
        raise Unauthentic(N_("This address is not one of ours. Start again from Paraph's settings.")) from error
    if to_ms(ctx.now()) > until_ms:
        raise Unauthentic(N_("This link has expired. Start again from Paraph's settings."))
    return Errand(str(portal), str(connection), int(user_id), str(nonce))


def _serializer(ctx: Context, salt: str) -> URLSafeSerializer:
    """itsdangerous tries every key and signs with the last one: the newest of ours comes last."""
    return URLSafeSerializer(list(reversed(ctx.vault.signing_keys)), salt=salt)
