"""Put the sealed document into the timeline and pin it; close the live card."""

from __future__ import annotations

from b24app.bitrix import timeline
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.entities import Entity
from b24app.domain.events import EventType
from b24app.errors import N_
from b24app.outbox.message import Message
from b24app.services.as_employee import as_employee
from b24app.services.context import Context
from b24app.services.live_card import sentence
from b24app.services.relay_to_portal import not_yet_logged, notification, send_card
from b24app.services.show_request import file_name
from b24app.services.words import Say, speaker
from b24app.store import audit, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request


def file_to_card(ctx: Context, message: Message) -> None:
    """Add the comment that carries the sealed PDF; before a second try, look whether the first one arrived."""
    row = requests.row(message.portal, message.request_id)
    if row.comment_id is not None or not row.final_sha256:
        return
    portal = portals.get(message.portal)
    data = ctx.blobs.get(row.final_sha256)
    users = (row.sender_id, row.responsible_id)
    comment_id = as_employee(ctx, portal, users, lambda client: _comment(ctx, client, portal, row, data, message))
    with writing():
        Request.update(comment_id=comment_id).where((Request.portal == row.portal) & (Request.id == row.id)).execute()


def pin_document(ctx: Context, message: Message) -> None:
    """Pin the comment, close the card, log and notify, in one batch; a refused pin is told, not retried."""
    portal = portals.get(message.portal)
    row = requests.row(message.portal, message.request_id)
    users = (row.sender_id, row.responsible_id)
    as_employee(ctx, portal, users, lambda client: _pin(client, portal, row, message))


def _comment(ctx: Context, client: PortalClient, portal: Portal, row: Request, data: bytes, message: Message) -> int:
    entity = Entity(row.entity_type_id, row.entity_id)
    marker = ctx.url(f"/v/{row.id}")
    if message.attempts > 1:
        found = timeline.find_comment(client, entity, marker)
        if found:
            return found
    say = speaker(portal.lang)
    text = say(N_("Signed and sealed: “%(title)s”. Verify it at %(url)s"), title=row.title, url=marker)
    return timeline.comment_with_file(client, entity, text, file_name(row.title), data)


def _pin(client: PortalClient, portal: Portal, row: Request, message: Message) -> None:
    entity, request = Entity(row.entity_type_id, row.entity_id), requests.to_domain(row)
    say = speaker(portal.lang)
    event = audit.event(row.portal, row.id, int(message.payload["event"]))
    assert event.type is EventType.REQUEST_COMPLETED
    text = sentence(request, event, say)
    commands = {
        "log": timeline.log_message(entity, say(N_("Document for signature")), text),
        "note": notification(portal, request, text, say(N_("Open"))),
    }
    if message.attempts > 1:
        commands = not_yet_logged(client, request, event, commands)
    if row.comment_id:
        commands["pin"] = timeline.pin(row.comment_id, entity)
    answer = send_card(client, portal, row, request, commands, look_first=message.attempts > 1)
    if "pin" in commands and answer.error("pin") is not None:
        _say_not_pinned(client, portal, row, say)


def _say_not_pinned(client: PortalClient, portal: Portal, row: Request, say: Say) -> None:
    """A card holds only a few pinned records (trap 58): say which one could not be pinned, and why."""
    request = requests.to_domain(row)
    text = say(
        N_("“%(title)s” is completed and added to the timeline, but could not be pinned: unpin another record first."),
        title=row.title,
    )
    client.batch({"note": notification(portal, request, text, say(N_("Open")))})
