"""Carry one step into the portal: live card, log entry and notification in one batch.

The batch halts at the first refusal, and the log entry stands in it behind all that must not be done twice: where the
entry is found, the rest was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.bitrix import timeline
from b24app.bitrix.batch import BatchResult, Command
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.entities import Entity
from b24app.bitrix.notifications import Link, app_link, notify
from b24app.domain.days import zone_named
from b24app.domain.events import AuditEvent, EventType, Topic
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, BitrixError
from b24app.outbox.message import Message
from b24app.services.as_employee import as_employee
from b24app.services.context import Context
from b24app.services.live_card import live_card, sentence
from b24app.services.marks import LOOK_BACK, log_mark, notification_tag
from b24app.services.record import enqueue
from b24app.services.words import Say, speaker
from b24app.store import audit, outbox, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request

GONE = frozenset({"not_found", "error_not_found"})
NOTES = ("note", "sender")
LATE = timedelta(minutes=10)
TOLD_LATE = N_("%(text)s This happened on %(when)s.")
Commands = Mapping[str, Command]


@dataclass(frozen=True)
class Step:
    """A message on its way into a portal, with all that it speaks of; without an event only the card changes."""

    message: Message
    portal: Portal
    row: Request
    request: SignatureRequest
    event: AuditEvent | None
    now: datetime

    @classmethod
    def of(cls, message: Message, now: datetime) -> Step:
        row = requests.row(message.portal, message.request_id)
        position = int(message.payload.get("event") or 0)
        event = audit.event(message.portal, message.request_id, position) if position else None
        return cls(message, portals.get(message.portal), row, requests.to_domain(row), event, now)

    @property
    def entity(self) -> Entity:
        return Entity(self.row.entity_type_id, self.row.entity_id)

    @property
    def say(self) -> Say:
        return speaker(self.portal.lang)

    @property
    def employees(self) -> tuple[int, int]:
        return self.row.sender_id, self.row.responsible_id

    @property
    def begins(self) -> bool:
        """Whether it is the request's first: no card can be there, unless an earlier try made it."""
        return self.event is not None and self.event.type is EventType.REQUEST_SENT


def relay_to_portal(ctx: Context, message: Message) -> None:
    """Update the request's card; when an event is named, add its log entry and notify the responsible employee."""
    step = Step.of(message, ctx.now())

    def send(client: PortalClient, look_first: bool) -> None:
        send_card(client, step, told(step), look_first=look_first)

    as_employee(ctx, step.portal, step.employees, send, look_first=message.is_retry)


def refresh_card(ctx: Context, portal: str, request_id: str) -> None:
    """Have the card brought up to date without a new event; also releases a button that Bitrix24 keeps blocked.

    Call it inside the transaction that holds the request.
    """
    enqueue(ctx, portal, request_id, Topic.RELAY, {"event": 0})


def send_card(client: PortalClient, step: Step, others: Commands, *, look_first: bool) -> BatchResult:
    """Send the card (new or changed) together with other commands in one batch; remember its number.

    `look_first`: an earlier try may have got through. Raises: the first refusal, save one to pin.
    """
    if look_first and step.event is not None and is_logged(client, step):
        others = {name: command for name, command in others.items() if name in NOTES}
    number = step.row.activity_id
    if number is None and (look_first or not step.begins):
        found = timeline.find_activity(client, step.entity, step.request.id)
        number = found.id if found else None
    answer = client.batch({"card": _card(step, number), **others}, halt=True)
    _check_card(step, answer, number)
    raise_refusal(answer)
    return answer


def told(step: Step) -> dict[str, Command]:
    """Say what happened: in the history of the card, and to the responsible employee unless he did it himself.

    Bitrix24 dates an entry when it gets it: what is told late says when it was, in the request's time zone.
    """
    if step.event is None:
        return {}
    text = sentence(step.request, step.event, step.say)
    if step.now - step.event.at > LATE:
        text = step.say(TOLD_LATE, text=text, when=step.event.at.astimezone(zone_named(step.row.time_zone)))
    commands = {"log": log_entry(step, text)}
    own_act = step.begins and step.request.sender_id == step.request.responsible_id
    if not own_act and not outbox.is_overtaken(step.message.key):
        commands["note"] = notification(step, text)
    if step.event.type is EventType.REQUEST_EXPIRED and step.request.sender_id != step.request.responsible_id:
        commands["sender"] = notification(step, text, step.request.sender_id)
    return commands


def log_entry(step: Step, text: str) -> Command:
    return timeline.log_message(step.entity, step.say(N_("Document for signature")), text, log_mark(step.message))


def is_logged(client: PortalClient, step: Step) -> bool:
    """Look whether an earlier try of this message wrote its log entry before its answer was lost."""
    assert step.event is not None
    return timeline.has_log_message(client, step.entity, log_mark(step.message), step.event.at - LOOK_BACK)


def notification(step: Step, text: str, user_id: int = 0) -> Command:
    """Tell the responsible employee, or another; a newer notification about the same request replaces the older.

    Bitrix24 looks at the tag alone, whoever the older one was for: another employee's has a tag of its own.
    """
    link = Link(app_link(step.portal.client_id, {"request": step.request.id}), step.say(N_("Open")))
    tag = notification_tag(step.request.id) + (f"|{user_id}" if user_id else "")
    return notify(user_id or step.request.responsible_id, text, tag=tag, link=link)


def raise_refusal(answer: BatchResult) -> None:
    """Raise what stopped a batch. A refused card matters more than a refused log entry; both are errors."""
    for key in ("card", "log", *NOTES):
        error = answer.error(key)
        if error is not None:
            raise error


def _card(step: Step, number: int | None) -> Command:
    card = live_card(step.request, step.say)
    return timeline.activity_update(number, card) if number else timeline.activity_add(step.entity, card)


def _check_card(step: Step, answer: BatchResult, number: int | None) -> None:
    """Keep the number of the card, whatever became of the rest of the batch; forget that of a deleted one."""
    error = answer.error("card")
    if error is None:
        _remember(step.row, number or timeline.activity_id(answer["card"]) or None)
    elif number is not None and error.code in GONE:
        _remember(step.row, None)  # somebody deleted the card: the next try looks, and makes a new one
        raise BitrixError(
            N_("This document's card was deleted from the timeline; it is being created again."), code="gone"
        )


def _remember(row: Request, activity_id: int | None) -> None:
    if row.activity_id == activity_id:
        return
    with writing():
        Request.update(activity_id=activity_id).where((Request.portal == row.portal) & (Request.id == row.id)).execute()
    row.activity_id = activity_id
