"""Act on an event of a portal, once it is proven to come from there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from peewee import IntegrityError
from structlog.contextvars import bind_contextvars

from b24app.bitrix.entities import DEAL, LEAD, Entity, positive_int
from b24app.bitrix.inbound import PortalEvent
from b24app.bitrix.notifications import notify
from b24app.clock import to_ms
from b24app.domain.events import Actor, EventType, Topic
from b24app.errors import N_, BitrixError, NotAllowed, OutcomeUnknown, ReconnectNeeded, Unauthentic
from b24app.outbox.message import Message
from b24app.outbox.verdict import is_refusal
from b24app.services.bind_surfaces import bind_all
from b24app.services.context import Context
from b24app.services.install_portal import install_from_event
from b24app.services.marks import notification_tag
from b24app.services.relay_to_portal import refresh_card
from b24app.services.remind_signer import remind_everybody
from b24app.services.uninstall_portal import uninstall_portal
from b24app.services.void_request import has_open_requests, void_for_deleted_card
from b24app.services.watch_card import is_watched, look_at_card
from b24app.services.words import speaker
from b24app.store import audit, outbox, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal
from b24app.store.vault import fingerprint

SAME_CLICK = timedelta(minutes=1)
STILL_INSTALLED_S = 60
MOST_ASKED = 20
INSTALLED, UPDATED, UNINSTALLED = "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"

log = structlog.get_logger()


def receive_event(ctx: Context, event: PortalEvent) -> None:
    """Prove an event and keep it for the worker; Bitrix24 wants its answer at once and never sends an event again.

    What brings tokens is acted on right away. Events we do not know are proven and left. The application token stands
    in every frame that an employee opens: what would destroy something is believed only when Bitrix24 confirms it.
    Raises: Unauthentic, NotAllowed; nothing is stored then.
    """
    if event.name in (INSTALLED, UPDATED) and event.auth.access_token:
        _install(ctx, event)
        is_installed = True
    else:
        is_installed = _prove(event)
    bind_contextvars(portal=event.auth.member_id)
    if is_installed and event.name in _HANDLERS and _matters(event):
        _keep(ctx, event)


def act_on_event(ctx: Context, message: Message) -> None:
    """Do what a kept event asks for; the worker's handler."""
    name = str(message.payload["name"])
    portal = portals.find(message.portal) if name == UNINSTALLED else portals.get(message.portal)
    if portal is not None:
        _HANDLERS[name](ctx, portal, message)


def _matters(event: PortalEvent) -> bool:
    """Leave a changed card alone unless a document that prints it is out: busy portals change theirs all day."""
    if event.name not in _CHANGED:
        return True
    entity = _entity(event.name, event.data)
    return entity is not None and is_watched(event.auth.member_id, entity)


def _keep(ctx: Context, event: PortalEvent) -> None:
    """Write it into the outbox under a key made of its content: the same event twice is kept once."""
    payload = {"name": event.name, "data": event.data}
    content = json.dumps([payload, str(event.ts), _nonce(ctx, event)], sort_keys=True).encode()
    request_id = f"event-{hashlib.sha256(content).hexdigest()[:32]}"
    try:
        with writing():
            outbox.enqueue(event.auth.member_id, request_id, 1, Topic.PORTAL_EVENT, payload, ctx.now())
    except IntegrityError:
        return
    ctx.hints.hint(event.auth.member_id)


def _nonce(ctx: Context, event: PortalEvent) -> str:
    """Tell two changes of a card within a second apart: their events are alike, and a look too many does no harm."""
    return ctx.new_id() if event.name in _CHANGED else ""


def _prove(event: PortalEvent) -> bool:
    """Compare the application token, in constant time, with the one kept for the portal that the event names.

    Returns whether the application is installed there. Raises: Unauthentic.
    """
    kept, is_installed = portals.secret_of(event.auth.member_id)
    if not hmac.compare_digest(kept or "-", fingerprint(event.auth.application_token or "")):
        raise Unauthentic(N_("This event does not come from a Bitrix24 where Paraph is installed."))
    return is_installed


def _install(ctx: Context, event: PortalEvent) -> None:
    """Take in a portal that was installed or updated without its page being opened, or confirm one that was."""
    installation = install_from_event(ctx, event.auth, str(event.data.get("LANGUAGE_ID") or "en"))
    if installation.portal.setup_done_at is None:  # nobody will be asked anything: our usual answers hold
        with writing():
            portals.save(installation.portal.member_id, setup_done_at=to_ms(ctx.now()))


def _bind(ctx: Context, portal: Portal, _message: Message) -> None:
    """Bind again: an update takes event handlers away. Raises: what may pass, after which it is tried again."""
    for line in bind_all(ctx, portal, portal.installer_id):
        if not line.is_good:
            log.warning("surface_not_bound", what=line.what, state=line.state)
        if line.error is not None and not is_refusal(line.error):
            raise line.error


def _uninstall(ctx: Context, portal: Portal, message: Message) -> None:
    """Let the portal go, unless its tokens still work; they may for a moment, so it is looked at again."""
    if _is_still_installed(ctx, portal):
        raise BitrixError(
            N_("Paraph was reported as removed from Bitrix24, but Bitrix24 still responds to it."),
            code="still_installed",
            retry_after_s=STILL_INSTALLED_S,
        )
    uninstall_portal(ctx, portal, clean=str(message.payload["data"].get("CLEAN")) in ("1", "Y", "true"))


def _is_still_installed(ctx: Context, portal: Portal) -> bool:
    """Ask with one employee's token after the other; those of a removed application have all died."""
    return any(_works(ctx, portal, user_id) for user_id in portals.employees_with_token(portal.member_id, MOST_ASKED))


def _works(ctx: Context, portal: Portal, user_id: int) -> bool:
    try:
        ctx.rest(portal, user_id).call("app.info")
    except ReconnectNeeded:
        return False
    except BitrixError as error:
        if error.permanent:
            return False
        raise
    return True


def _react_to_button(ctx: Context, portal: Portal, message: Message) -> None:
    """Do what a button of the live card asks; the card is always brought up to date, for the button waits for that."""
    data = message.payload["data"]
    request_id, user_id = str(data.get("request") or ""), positive_int(data.get("userId"))
    if not requests.exists(portal.member_id, request_id):
        return
    refused: NotAllowed | None = None
    with writing():
        requests.lock(portal.member_id, request_id)
        if data.get("id") == "remind":
            refused = _remind(ctx, portal, request_id, user_id, message.key)
        refresh_card(ctx, portal.member_id, request_id)
    ctx.hints.hint(portal.member_id)
    if refused is not None and user_id:
        _say_why(ctx, portal, user_id, refused, message.key)


def _remind(ctx: Context, portal: Portal, request_id: str, user_id: int, press: str) -> NotAllowed | None:
    """Remind once for each press: not again after a crash, and not for the same click sent twice.

    Returns why nobody could be reminded, when that is so.
    """
    asked = [e for e in audit.events(portal.member_id, request_id) if e.type is EventType.SIGNER_REMINDED]
    clicked, since = Actor.employee(user_id), ctx.now() - SAME_CLICK
    if any(e.data.get("press") == press or (e.actor == clicked and e.at > since) for e in asked):
        return None
    try:
        remind_everybody(ctx, portal, user_id, request_id, press)
    except NotAllowed as refused:  # raised before anything is written
        return refused
    return None


def _say_why(ctx: Context, portal: Portal, user_id: int, refused: NotAllowed, press: str) -> None:
    """Tell an employee by a notification why his button did nothing: the card itself has no place for it."""
    note = notify(user_id, speaker(portal.lang)(refused.message, **refused.params), tag=notification_tag(press))
    try:
        ctx.rest(portal, portal.installer_id).call(note.method, note.params, write=True)
    except (BitrixError, OutcomeUnknown) as error:
        log.info("refusal_not_told", error=type(error).__name__)


def _forget_card(ctx: Context, portal: Portal, message: Message) -> None:
    entity = _entity(message.payload["name"], message.payload["data"])
    if entity and has_open_requests(portal, entity) and _is_gone(ctx, portal, entity):
        void_for_deleted_card(ctx, portal, entity)


def _compare_card(ctx: Context, portal: Portal, message: Message) -> None:
    entity = _entity(message.payload["name"], message.payload["data"])
    if entity:
        look_at_card(ctx, portal, entity)


def _entity(name: str, data: Mapping[str, Any]) -> Entity | None:
    """Read which card an event is about."""
    fields = data.get("FIELDS")
    card_id = positive_int(fields.get("ID")) if isinstance(fields, Mapping) else 0
    return Entity({**_DELETED, **_CHANGED}[name], card_id) if card_id else None


def _is_gone(ctx: Context, portal: Portal, entity: Entity) -> bool:
    params = {"entityTypeId": entity.type_id, "id": entity.id}
    try:
        ctx.rest(portal, portal.installer_id).call("crm.item.get", params)
    except BitrixError as error:
        if error.code in ("not_found", "error_not_found"):
            return True
        raise
    log.warning("card_not_deleted")
    return False


_DELETED = {"ONCRMLEADDELETE": LEAD, "ONCRMDEALDELETE": DEAL}
_CHANGED = {"ONCRMLEADUPDATE": LEAD, "ONCRMDEALUPDATE": DEAL}

_HANDLERS: dict[str, Callable[[Context, Portal, Message], None]] = {
    INSTALLED: _bind,
    UPDATED: _bind,
    UNINSTALLED: _uninstall,
    "ONCRMTIMELINEITEMACTION": _react_to_button,
    **dict.fromkeys(_DELETED, _forget_card),
    **dict.fromkeys(_CHANGED, _compare_card),
}
