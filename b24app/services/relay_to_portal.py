"""Carry one step into the portal: live card, log entry and notification in one batch."""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix import timeline
from b24app.bitrix.batch import BatchResult, Command
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.entities import Entity
from b24app.bitrix.notifications import Link, app_link, notify
from b24app.domain.events import AuditEvent, EventType, Topic
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, BitrixError
from b24app.outbox.message import Message
from b24app.services.as_employee import as_employee
from b24app.services.context import Context
from b24app.services.live_card import live_card, sentence
from b24app.services.record import enqueue
from b24app.services.words import speaker
from b24app.store import audit, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request

_TAG = "PARAPH|"
CLOCKS_DIFFER = timedelta(minutes=1)
_GONE = frozenset({"not_found", "error_not_found"})


def relay_to_portal(ctx: Context, message: Message) -> None:
    """Update the request's card; when an event is named, add its log entry and notify the responsible employee."""
    portal = portals.get(message.portal)
    row = requests.row(message.portal, message.request_id)
    request = requests.to_domain(row)
    position = int(message.payload.get("event") or 0)
    event = audit.event(message.portal, message.request_id, position) if position else None
    commands = _words(portal, request, event)
    is_retry = message.attempts > 1

    def send(client: PortalClient) -> BatchResult:
        wanted = not_yet_logged(client, request, event, commands) if event and is_retry else commands
        return send_card(client, portal, row, request, wanted, look_first=is_retry)

    as_employee(ctx, portal, (row.sender_id, row.responsible_id), send)


def refresh_card(ctx: Context, portal: Portal, request_id: str) -> None:
    """Bring the card up to date without a new event; also releases a button that Bitrix24 keeps blocked."""
    with writing():
        requests.lock(portal.member_id, request_id)
        enqueue(ctx, portal.member_id, request_id, Topic.RELAY, {"event": 0})
    ctx.hints.hint(portal.member_id)


def send_card(
    client: PortalClient,
    portal: Portal,
    row: Request,
    request: SignatureRequest,
    others: dict[str, Command],
    *,
    look_first: bool,
) -> BatchResult:
    """Send the card (new or changed) together with other commands in one batch; remember its number."""
    entity = Entity(row.entity_type_id, row.entity_id)
    card = live_card(request, speaker(portal.lang))
    activity_id = row.activity_id
    if activity_id is None and look_first:
        found = timeline.find_activity(client, entity, request.id)
        activity_id = found.id if found else None
    if activity_id is None:
        answer = client.batch({"card": timeline.activity_add(entity, card), **others})
        _raise_first(answer)
        activity_id = timeline.activity_id(answer["card"])
    else:
        answer = client.batch({"card": timeline.activity_update(activity_id, card), **others})
        gone = answer.error("card")
        if gone is not None and gone.code in _GONE:
            _remember(row, None)  # somebody deleted the card: the next try makes a new one
            raise BitrixError(
                N_("This document's card was deleted from the timeline; it is being created again."), code="gone"
            )
        _raise_first(answer)
    if activity_id != row.activity_id:
        _remember(row, activity_id)
    return answer


def notification(portal: Portal, request: SignatureRequest, text: str, label: str, user_id: int = 0) -> Command:
    """Tell the responsible employee, or another; a newer notification about the same request replaces the older.

    Bitrix24 looks at the tag alone, whoever the older one was for: another employee's has a tag of its own.
    """
    link = Link(app_link(portal.client_id, {"request": request.id}), label)
    tag = _TAG + request.id + (f"|{user_id}" if user_id else "")
    return notify(user_id or request.responsible_id, text, tag=tag, link=link)


def _words(portal: Portal, request: SignatureRequest, event: AuditEvent | None) -> dict[str, Command]:
    if event is None:
        return {}
    say = speaker(portal.lang)
    text = sentence(request, event, say)
    entity = Entity(request.entity_type_id, request.entity_id)
    commands = {"log": timeline.log_message(entity, say(N_("Document for signature")), text)}
    own_act = event.type is EventType.REQUEST_SENT and request.sender_id == request.responsible_id
    if not own_act:
        commands["note"] = notification(portal, request, text, say(N_("Open")))
    if event.type is EventType.REQUEST_EXPIRED and request.sender_id != request.responsible_id:
        commands["sender"] = notification(portal, request, text, say(N_("Open")), request.sender_id)
    return commands


def not_yet_logged(
    client: PortalClient, request: SignatureRequest, event: AuditEvent, commands: dict[str, Command]
) -> dict[str, Command]:
    """Leave out a log entry that an earlier try wrote before its answer was lost; a notification replaces itself."""
    entity = Entity(request.entity_type_id, request.entity_id)
    text = commands["log"].params["fields"]["text"]
    if timeline.has_log_message(client, entity, text, event.at - CLOCKS_DIFFER):
        return {name: command for name, command in commands.items() if name != "log"}
    return commands


def _raise_first(answer: BatchResult) -> None:
    """A refused card matters more than a refused log entry; both are errors of this message."""
    for key in ("card", "log", "note", "sender"):
        error = answer.error(key)
        if error is not None:
            raise error


def _remember(row: Request, activity_id: int | None) -> None:
    with writing():
        Request.update(activity_id=activity_id).where((Request.portal == row.portal) & (Request.id == row.id)).execute()
    row.activity_id = activity_id
