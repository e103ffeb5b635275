"""Say what could not be done: for a portal's administrator all of it, for an employee what concerns a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from b24app.clock import from_ms, to_ms
from b24app.domain.events import Topic
from b24app.domain.findable import EVERYBODYS, Mark
from b24app.domain.signature_request import Status
from b24app.errors import Sentence
from b24app.services.context import Context
from b24app.store import audit, heartbeat, outbox, requests, search
from b24app.store.search import Query
from b24app.store.tables import OutboxMessage, Portal, Request

LONG = timedelta(minutes=15)  # what has not gone on for so long is shown
MOST = 100  # requests in one list
HABIT = 3  # failures after which a pause is worth a word
UNDER_WAY: Mapping[Status, Topic] = {
    Status.SENDING: Topic.HAND_OVER,
    Status.CLOSING: Topic.CANCEL,
    Status.COMPLETING: Topic.SEAL,
}

State = Literal["dead", "failing", "still", "failed"]


@dataclass(frozen=True)
class Work:
    """One thing that could not be done.

    `dead`: it was given up; `failing`: it is tried again and again; `still`: nothing has happened for long; `failed`:
    the request was stopped. `who` is the person a letter is for, `id` the message's, 0 when there is none.
    """

    state: State
    topic: Topic | None
    since: datetime
    id: int = 0
    who: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    reason: Sentence | None = None
    may_leave: bool = False  # later work does not need it


@dataclass(frozen=True)
class Trouble:
    """A request and what could not be done for it; without a title it is an event that Bitrix24 reported."""

    request_id: str
    title: str
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Standstill:
    """What holds up everything of a portal. `until` is when it is tried next, `who` whose connection was lost."""

    kind: Literal["worker", "reconnect", "bitrix", "mail"]
    until: datetime | None = None
    who: str = ""


@dataclass(frozen=True)
class Troubles:
    standstills: tuple[Standstill, ...]
    requests: tuple[Trouble, ...]  # the newest first
    is_cut: bool = False

    def __len__(self) -> int:
        return len(self.standstills) + len(self.requests)


def list_troubles(ctx: Context, portal: Portal) -> Troubles:
    """Gather what an administrator should see."""
    member_id = portal.member_id
    messages = [*outbox.dead_messages(member_id, MOST), *outbox.failing_messages(member_id, _long_ago(ctx), MOST)]
    of_request: dict[str, list[OutboxMessage]] = {id: [] for id in _marked(member_id)}
    for message in messages:
        of_request.setdefault(message.request, []).append(message)
    rows = {row.id: row for row in requests.lines(member_id, list(of_request))}
    names = requests.signer_names(member_id, [message.signer for message in messages if message.signer])
    found = [_trouble(ctx, rows.get(id), id, some, names) for id, some in of_request.items()]
    kept = sorted((one for one in found if one.works), key=lambda one: one.works[0].since, reverse=True)
    return Troubles(tuple(_standstills(ctx, portal)), tuple(kept[:MOST]), is_cut=len(kept) > MOST)


def works_of(ctx: Context, row: Request) -> tuple[Work, ...]:
    """Gather what could not be done for one request."""
    undone = outbox.undone_messages(row.portal, row.id)
    messages = [message for message in undone if message.dead_at or _fails_for_long(ctx, message)]
    names = requests.signer_names(row.portal, [message.signer for message in messages if message.signer])
    return _trouble(ctx, row, row.id, messages, names).works


def _marked(portal: str) -> Iterator[str]:
    """Name the requests that may need somebody by where they stand."""
    for mark in (Mark.MOVING, Mark.ATTENTION):
        yield from search.find(Query(portal, EVERYBODYS, frozenset({mark})), MOST).ids


def _trouble(
    ctx: Context, row: Request | None, request_id: str, messages: list[OutboxMessage], names: Mapping[str, str]
) -> Trouble:
    works = [_work(message, names.get(message.signer, "")) for message in messages]
    if row is not None and not works:
        works += _of_status(ctx, row)
    return Trouble(request_id, row.title if row else "", tuple(sorted(works, key=lambda work: work.since)))


def _work(message: OutboxMessage, who: str) -> Work:
    is_dead = message.dead_at is not None
    return Work(
        state="dead" if is_dead else "failing",
        topic=Topic(message.topic),
        since=from_ms(message.failing_since or message.dead_at or 0),
        id=message.id,
        who=who,
        attempts=message.attempts,
        next_at=None if is_dead else from_ms(message.next_at),
        reason=Sentence.read(str(message.error)) if message.error else None,
        may_leave=is_dead and not message.blocks,
    )


def _of_status(ctx: Context, row: Request) -> Iterator[Work]:
    """Say what is wrong with a request though no message tells it."""
    status = Status(row.status)
    if status is not Status.FAILED and status not in UNDER_WAY:
        return
    since = audit.last_at(row.portal, row.id) or from_ms(row.created_at)
    if status is Status.FAILED:
        yield Work("failed", None, since, reason=Sentence.read(requests.row(row.portal, row.id).reason))
        return
    waiting = outbox.undone_messages(row.portal, row.id)
    since = max([since, *(from_ms(message.next_at) for message in waiting)])
    if since <= _long_ago(ctx):
        yield Work("still", UNDER_WAY[status], since)


def _standstills(ctx: Context, portal: Portal) -> Iterator[Standstill]:
    now = to_ms(ctx.now())
    age_s = heartbeat.age_s(ctx.now())
    if age_s is None or age_s >= heartbeat.LATELY_S:
        yield Standstill("worker")
    if portal.health == "reconnect":
        yield Standstill("reconnect", who=str(portal.settings.get("installer_name", "")))
    elif portal.pause_until > now and portal.failures >= HABIT:
        yield Standstill("bitrix", from_ms(portal.pause_until))
    if portal.mail_pause_until > now and portal.mail_failures >= HABIT:
        yield Standstill("mail", from_ms(portal.mail_pause_until))


def _fails_for_long(ctx: Context, message: OutboxMessage) -> bool:
    return message.failing_since is not None and message.failing_since <= to_ms(_long_ago(ctx))


def _long_ago(ctx: Context) -> datetime:
    return ctx.now() - LONG
