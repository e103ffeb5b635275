"""What an administrator does with an account on the settings page: connect it by answers, change its keys."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, islice

from b24app.providers.capabilities import Auth
from b24app.providers.room import WayIn
from b24app.services.answer_questions import read_answers, way_into
from b24app.services.ask_provider import room_of
from b24app.services.connect_provider import add_connection, change_secrets, secrets_of
from b24app.services.context import Context
from b24app.store import connections
from b24app.store.tables import Portal


def connect_account(ctx: Context, portal: Portal, provider: str, auth: str, given: Mapping[str, str]) -> str:
    """Keep an account that was described in a form; returns the connection's id.

    Raises: NotFound for a provider or a way nobody knows; FormRefused naming `q-<question>`.
    """
    room = room_of(ctx, provider)
    way = way_into(room, auth)
    answers = read_answers(way, given)
    name = _free_name(portal, given.get("name", "").strip() or room.title)
    waits = _begins_elsewhere(way)
    return add_connection(ctx, portal, provider, name, answers.secrets, answers.settings, waits_for_consent=waits)


def change_keys(ctx: Context, portal: Portal, connection: str, given: Mapping[str, str]) -> None:
    """Put entered keys in place of those that stand, and other settings; a secret left empty stays as it is.

    Raises: NotFound; FormRefused naming `q-<question>`.
    """
    row = connections.get(portal.member_id, connection)
    way = way_into(room_of(ctx, row.provider), str(row.settings.get("auth", "")))
    standing = secrets_of(ctx, row)
    answers = read_answers(way, given, kept=standing)
    change_secrets(
        ctx,
        portal,
        connection,
        {**standing, **answers.secrets},
        {**row.settings, **answers.settings},
        waits_for_consent=row.health == "consent" and _begins_elsewhere(way),
    )


def _free_name(portal: Portal, name: str) -> str:
    """Number a name that another account has already, for people choose between them by it."""
    taken = {row.name for row in connections.of_portal(portal.member_id)}
    numbered = (f"{name} {number}" for number in count(2))
    return next(each for each in (name, *islice(numbered, len(taken))) if each not in taken)


def _begins_elsewhere(way: WayIn) -> bool:
    """Say whether a person must agree on the provider's page before the account can be tried at all."""
    return way.begin is not None and way.auth is Auth.OAUTH_CODE
