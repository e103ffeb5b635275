"""Parse what Bitrix24 posts to us. Tolerant: nothing here is believed yet, web/guards.py verifies strictly.

Source: api-reference/widgets/_includes/widget_data.md, api-reference/events/index.md, SDK for robots.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app.bitrix.entities import Entity, entity_of_document_id, positive_int, type_of_placement
from b24app.bitrix.locales import locale_of
from b24app.bitrix.oauth import scopes
from b24app.bitrix.php_forms import nested
from b24app.clock import from_ms
from b24app.errors import N_, InvalidPayload

__all__ = ["EventAuth", "Launch", "PortalEvent", "RobotCall", "activity_of", "entity_of", "locale_of", "nested",
           "parse_event", "parse_launch", "parse_robot"]  # fmt: skip

MAX_OPTIONS_CHARS = 200_000  # robot settings carry the fields of a whole type
MAX_TOKEN_CHARS = 4096
DEFAULT_PLACEMENT = "DEFAULT"


@dataclass(frozen=True)
class Launch:
    """One opening of a frame. Everything in it is a claim; SERVER_ENDPOINT is not even read."""

    claimed_domain: str
    protocol: str
    lang: str
    app_sid: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: int
    claimed_member_id: str
    application_token: str | None = field(repr=False)
    scope: frozenset[str]
    status: str
    placement: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class EventAuth:
    """Who an event says it comes from; tokens are absent when a robot or an agent caused it."""

    member_id: str
    application_token: str | None = field(repr=False)
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    domain: str
    client_endpoint: str
    expires_in_s: int | None
    scope: frozenset[str]
    status: str
    user_id: int | None


@dataclass(frozen=True)
class PortalEvent:
    """One event of a portal; `name` is in upper case, all values in `data` are strings."""

    name: str
    data: Mapping[str, Any]
    auth: EventAuth
    ts: datetime | None


@dataclass(frozen=True)
class RobotCall:
    """One run of a robot; `event_token` answers it and is its idempotency key."""

    code: str
    event_token: str = field(repr=False)
    workflow_id: str
    entity: Entity | None
    document_id: tuple[str, ...]
    properties: Mapping[str, Any]
    waits: bool
    timeout_s: int
    auth: EventAuth
    ts: datetime | None


def parse_launch(query: Mapping[str, str], form: Mapping[str, str]) -> Launch:
    """Parse the POST that loads a frame. Raises: InvalidPayload when token or portal are missing."""

    def read(name: str) -> str:
        return _short(form.get(name) or query.get(name) or "")

    access_token, member_id = read("AUTH_ID"), read("member_id")
    if not access_token or not member_id:
        raise InvalidPayload(N_("This page opens inside Bitrix24: the request carries no Bitrix24 session."))
    return Launch(
        claimed_domain=read("DOMAIN").lower(),
        protocol="http" if read("PROTOCOL") == "0" else "https",
        lang=read("LANG") or "en",
        app_sid=read("APP_SID"),
        access_token=access_token,
        refresh_token=read("REFRESH_ID"),
        expires_in_s=positive_int(read("AUTH_EXPIRES")),
        claimed_member_id=member_id,
        application_token=read("APPLICATION_TOKEN") or None,
        scope=scopes(read("APPLICATION_SCOPE")),
        status=read("status"),
        placement=read("PLACEMENT").upper() or DEFAULT_PLACEMENT,
        options=_options(form.get("PLACEMENT_OPTIONS") or query.get("PLACEMENT_OPTIONS") or ""),
    )


def entity_of(launch: Launch) -> Entity | None:
    """Find the CRM record a frame was opened on; None for a new card, a list or a page of its own.

    The type comes from the placement code; the id is called ID or ENTITY_ID depending on the place. Openings from
    our own links carry entityTypeId and entityId instead.
    """
    options = launch.options
    type_id = type_of_placement(launch.placement)
    names: tuple[str, ...] = ("ENTITY_ID", "ID", "entityId")
    if type_id is None:
        type_id = positive_int(options.get("entityTypeId"))
        names = ("entityId",)
    id = next((found for name in names if (found := positive_int(options.get(name)))), 0)
    return Entity(type_id, id) if type_id and id else None


def activity_of(launch: Launch) -> int | None:
    """Find the timeline activity a frame was opened from, whichever name its place uses."""
    options = launch.options
    if str(options.get("ASSOCIATED_ENTITY_TYPE_ID", "")) == "6":
        return positive_int(options.get("ASSOCIATED_ENTITY_ID")) or None
    return positive_int(options.get("activityId")) or positive_int(options.get("activity_id")) or None


def parse_event(form: Mapping[str, str]) -> PortalEvent:
    """Parse an event. Raises: InvalidPayload when its name or its portal is missing."""
    fields = nested(form)
    name = _text(fields.get("event")).upper()
    if not name:
        raise InvalidPayload(N_("The request is not a Bitrix24 event: it has no event name."))
    data = fields.get("data")
    return PortalEvent(name, data if isinstance(data, dict) else {}, _auth(fields), _moment(fields.get("ts")))


def parse_robot(form: Mapping[str, str]) -> RobotCall:
    """Parse a robot's call. Raises: InvalidPayload when it cannot be answered."""
    fields = nested(form)
    code, event_token = _text(fields.get("code")), _text(fields.get("event_token"))
    if not code or not event_token:
        raise InvalidPayload(N_("The request is not a call of a Bitrix24 robot: code or event token is missing."))
    document = fields.get("document_id")
    document_id = tuple(_text(part) for part in document) if isinstance(document, list) else ()
    properties = fields.get("properties")
    return RobotCall(
        code=code,
        event_token=event_token,
        workflow_id=_text(fields.get("workflow_id")),
        entity=entity_of_document_id(document_id[-1]) if document_id else None,
        document_id=document_id,
        properties=properties if isinstance(properties, dict) else {},
        waits=_text(fields.get("use_subscription")).upper() != "N",  # empty means wait
        timeout_s=positive_int(fields.get("timeout_duration")),
        auth=_auth(fields),
        ts=_moment(fields.get("ts")),
    )


def _auth(fields: Mapping[str, Any]) -> EventAuth:
    given = fields.get("auth")
    auth: Mapping[str, Any] = given if isinstance(given, dict) else {}
    member_id = _text(auth.get("member_id"))
    if not member_id:
        raise InvalidPayload(N_("The request does not say which Bitrix24 it comes from."))
    return EventAuth(
        member_id=member_id,
        application_token=_text(auth.get("application_token")) or None,
        access_token=_text(auth.get("access_token")) or None,
        refresh_token=_text(auth.get("refresh_token")) or None,
        domain=_text(auth.get("domain")),
        client_endpoint=_text(auth.get("client_endpoint")),
        expires_in_s=positive_int(auth.get("expires_in")) or None,
        scope=scopes(_text(auth.get("scope"))),
        status=_text(auth.get("status")),
        user_id=positive_int(auth.get("user_id")) or None,
    )


def _options(text: str) -> dict[str, Any]:
    """Read PLACEMENT_OPTIONS: a JSON object, or `[]`, `null` or nothing when there is none."""
    if not text.strip():
        return {}
    if len(text) > MAX_OPTIONS_CHARS:
        raise InvalidPayload(N_("The placement's options are too long."))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPayload(N_("The placement's options cannot be read.")) from error
    return value if isinstance(value, dict) else {}


def _moment(value: Any) -> datetime | None:
    seconds = positive_int(value)
    return from_ms(seconds * 1000) if 0 < seconds < 10**11 else None


def _text(value: Any) -> str:
    return _short(value.strip()) if isinstance(value, str) else ""


def _short(text: str) -> str:
    if len(text) > MAX_TOKEN_CHARS:
        raise InvalidPayload(N_("A field of the request is too long."))
    return text
