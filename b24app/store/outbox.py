"""Outbox messages: written in the transaction that causes them, picked in order, settled once.

Order is kept per request and lane; letters to different signers of a request do not wait for each other, a letter to
all of them waits for each (docs/decisions/0002-lanes-in-the-outbox.md). A dead message either blocks its lane until a
human revives it or lets the later ones pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from peewee import SQL, Case, fn

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.store.database import database
from b24app.store.prepared import Prepared, Written, hole
from b24app.store.tables import OutboxMessage, Portal

PORTAL, LETTERS, SEAL, PROVIDER, EVENTS = "portal", "letters", "seal", "provider", "events"
LOOKS = "looks"  # due later as a rule: nothing else about a request waits for them
VISITS = "visits"  # a person waits: not behind a call that is being repeated
LANES: Mapping[Topic, str] = {
    Topic.INVITE: LETTERS,
    Topic.REMIND: LETTERS,
    Topic.COPY_TO_SIGNERS: LETTERS,
    Topic.TELL_SIGNERS: LETTERS,
    Topic.SEAL: SEAL,
    Topic.HAND_OVER: PROVIDER,
    Topic.FETCH_FILE: PROVIDER,
    Topic.CANCEL: PROVIDER,
    Topic.CORRECT_SIGNER: PROVIDER,
    Topic.LOOK: LOOKS,
    Topic.SIGNING_LINK: VISITS,
    Topic.PROVIDER_EVENT: PROVIDER,
    Topic.CHECK_CONNECTION: PROVIDER,
    Topic.PORTAL_EVENT: EVENTS,
    Topic.RELAY: PORTAL,
    Topic.FILE_TO_CARD: PORTAL,
    Topic.PIN: PORTAL,
    Topic.WRITE_BACK: PORTAL,
}
# A constant, since building it anew cost more than running it; t1 is Peewee's name for the message. Of NOT EXISTS
# PostgreSQL would make a join over the whole outbox (70 ms with young statistics, this takes 0.05), and of a plain
# IS NULL it expects few rows and would look at all of a portal's.
NOTHING_EARLIER = SQL(
    """CASE WHEN (
        SELECT MIN(earlier.seq) FROM outbox AS earlier
        WHERE earlier.request = t1.request AND earlier.lane = t1.lane AND earlier.seq < t1.seq
        AND (earlier.signer = t1.signer OR earlier.signer = '' OR t1.signer = '')
        AND earlier.done_at IS NULL AND earlier.blocks
    ) IS NULL THEN 1 END IS NOT NULL"""
)


def enqueue(portal: str, request_id: str, seq: int, topic: Topic, payload: Mapping[str, Any], now: datetime) -> None:
    """Write a message; call it inside the transaction of the change that causes it, and hint after the commit.

    A letter's payload names its `signer_id`, unless it goes to all of them. Plain SQL, for events come often and
    building the query costs more than running it.
    """
    lane = LANES[topic]
    values = {
        "portal": portal,
        "request": request_id,
        "seq": seq,
        "key": f"{request_id}:{seq}",
        "topic": topic.value,
        "lane": lane,
        "signer": str(payload.get("signer_id", "")) if lane == LETTERS else "",
        "payload": OutboxMessage.payload.db_value(dict(payload)),
        "attempts": 0,
        "next_at": to_ms(now),
        "blocks": True,
        "error": "",
    }
    marks = ", ".join([database.param] * len(values))
    sql = f"INSERT INTO outbox ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - names and marks only
    database.execute_sql(sql, tuple(values.values()))


def open_messages(portal: str) -> list[OutboxMessage]:
    """List what is still to be done, oldest first."""
    rows = OutboxMessage.select().where((OutboxMessage.portal == portal) & _is_open())
    return list(rows.order_by(OutboxMessage.id))


def dead_messages(portal: str, most: int = 1000) -> list[OutboxMessage]:
    """List what was given up, the newest first."""
    rows = OutboxMessage.select().where((OutboxMessage.portal == portal) & _is_dead())
    return list(rows.order_by(OutboxMessage.dead_at.desc(), OutboxMessage.id.desc()).limit(most))


def failing_messages(portal: str, before: datetime, most: int = 1000) -> list[OutboxMessage]:
    """List what is still tried and has failed since before a moment, the shortest first."""
    failing = _is_open() & (OutboxMessage.failing_since <= to_ms(before))
    rows = OutboxMessage.select().where((OutboxMessage.portal == portal) & failing)
    return list(rows.order_by(OutboxMessage.failing_since.desc(), OutboxMessage.id.desc()).limit(most))


def undone_messages(portal: str, request_id: str) -> list[OutboxMessage]:
    """List what is not done for a request, given up or not."""
    rows = OutboxMessage.select().where(_is_of(portal, request_id) & OutboxMessage.done_at.is_null())
    return list(rows.order_by(OutboxMessage.seq))


def open_of_topic(portal: str, topic: Topic) -> list[OutboxMessage]:
    """List the work of one kind that is still to be done, oldest first."""
    rows = OutboxMessage.select().where(
        (OutboxMessage.portal == portal) & (OutboxMessage.topic == topic.value) & _is_open()
    )
    return list(rows.order_by(OutboxMessage.id))


def has_dead(portal: str, request_id: str) -> bool:
    return OutboxMessage.select().where(_is_of(portal, request_id) & _is_dead()).exists()


def revive(portal: str, request_id: str, now: datetime) -> int:
    """Try the dead messages of a request again; returns how many. An attempt stays on record: handlers look first."""
    fresh = {
        "dead_at": None,
        "blocks": True,
        "attempts": 1,
        "next_at": _soonest(now),
        "error": "",
        "failing_since": None,
    }
    return OutboxMessage.update(**fresh).where(_is_of(portal, request_id) & _is_dead()).execute()


def hurry(portal: str, request_id: str, now: datetime) -> int:
    """Try what waits for its next attempt at once, as if it had not failed before; returns how many."""
    fresh = {"next_at": _soonest(now), "failing_since": None}
    return OutboxMessage.update(**fresh).where(_is_of(portal, request_id) & _is_open()).execute()


def settle(portal: str, request_id: str, topic: Topic, now: datetime) -> None:
    """Call the work of one kind done, given up or not: something else takes its place."""
    same = _is_of(portal, request_id) & (OutboxMessage.topic == topic.value) & OutboxMessage.done_at.is_null()
    OutboxMessage.update(done_at=to_ms(now)).where(same).execute()


def leave_letters(portal: str, request_id: str, topic: Topic, signer: str, now: datetime) -> None:
    """Put letters to somebody that were given up aside: his address was corrected, and another one is under way."""
    of_his = _is_of(portal, request_id) & (OutboxMessage.topic == topic.value) & (OutboxMessage.signer == signer)
    OutboxMessage.update(done_at=to_ms(now)).where(of_his & _is_dead()).execute()


def leave(portal: str, message_id: int, now: datetime) -> str:
    """Put a dead message that holds up nothing aside for good; returns its request, "" when there is none."""
    harmless = (OutboxMessage.portal == portal) & (OutboxMessage.id == message_id) & _is_dead() & ~OutboxMessage.blocks
    found = OutboxMessage.select().where(harmless).first()
    OutboxMessage.update(done_at=to_ms(now)).where(harmless).execute()
    return str(found.request) if found else ""


def unpause(portal: str) -> None:
    """End the pauses of a portal's lanes; the next message will show whether the other side is well."""
    fresh = {"pause_until": 0, "failures": 0, "mail_pause_until": 0, "mail_failures": 0}
    Portal.update(**fresh).where(Portal.member_id == portal).execute()


def resume(portal: str, now: datetime) -> int:
    """End a portal's pause and its messages' back-off, when it has been connected again; returns how many wait."""
    Portal.update(pause_until=0, failures=0).where(Portal.member_id == portal).execute()
    waiting = (OutboxMessage.portal == portal) & (OutboxMessage.lane == PORTAL) & _is_open()
    return OutboxMessage.update(next_at=_soonest(now)).where(waiting).execute()


def is_begun(portal: str, request_id: str, topic: Topic) -> bool:
    """Tell whether a message of this topic has been tried or done for a request."""
    mine = (OutboxMessage.portal == portal) & (OutboxMessage.request == request_id) & (OutboxMessage.attempts > 0)
    return OutboxMessage.select().where(mine & (OutboxMessage.topic == topic.value)).exists()


def is_overtaken(key: str) -> bool:
    """Tell whether a later message of the same request and lane was done before this one, as after a revival."""
    later = OutboxMessage.alias()
    same = (later.request == OutboxMessage.request) & (later.lane == OutboxMessage.lane)
    query = OutboxMessage.select().join(later, on=(same & (later.seq > OutboxMessage.seq)))
    return bool(query.where((OutboxMessage.key == key) & later.done_at.is_null(False)).exists())


def remove_done(before: datetime) -> int:
    """Forget what was done before a moment."""
    return OutboxMessage.delete().where(OutboxMessage.done_at < to_ms(before)).execute()


def pull_back(now_ms: int, is_wrong: Any) -> int:
    """Make open messages due whose time cannot be right; returns how many."""
    return int(OutboxMessage.update(next_at=now_ms, rest_until=None).where(_is_open() & is_wrong).execute())


def next_due(portal: str, lanes: Collection[str], now: datetime) -> OutboxMessage | None:
    """Find the message whose turn it is in one of these lanes, the longest due first."""
    wanted = {f"lane{number}": lane for number, lane in enumerate(lanes)}
    return _NEXT_DUE.one(OutboxMessage, _DUE_COLUMNS, portal=portal, now=to_ms(now), **{**_NO_LANES, **wanted})


def next_times(portal: str, most: int) -> dict[str, list[int]]:
    """List when the next messages of each lane are due, the earliest first; moments that may be past."""
    times: dict[str, list[int]] = {}
    for lane, at in _NEXT_TIMES.rows(portal=portal, most=most):
        times.setdefault(lane, []).append(at)
    return times


def due_portals(until: datetime) -> list[str]:
    """List the portals with work that is due by a moment, the longest waiting first."""
    waiting = (
        OutboxMessage.select(OutboxMessage.portal, fn.MIN(OutboxMessage.next_at).alias("since"))
        .join(Portal, on=(Portal.member_id == OutboxMessage.portal))
        .where(_is_open() & NOTHING_EARLIER & (OutboxMessage.next_at <= to_ms(until)))
        .group_by(OutboxMessage.portal)
        .order_by(fn.MIN(OutboxMessage.next_at))
    )
    return [row.portal for row in waiting]


def begin_attempt(message: OutboxMessage, again_at: datetime) -> bool:
    """Count an attempt before it is made, so that a try after a crash is known to be a second one.

    `again_at`: when it may be tried again, should this attempt end without a word.
    Returns False when the message has been tried or done by somebody else since it was read.
    """
    message.attempts += 1
    at = to_ms(again_at)
    return bool(_BEGIN.change(id=message.id, read=message.attempts - 1, attempts=message.attempts, again=at))


def finish(key: str, now: datetime) -> None:
    _FINISH.change(key=key, now=to_ms(now))


def put_off(key: str, now: datetime, until: datetime, error: str, rest_until: datetime | None = None) -> None:
    """Try it later; not before `rest_until` even when somebody hurries."""
    rest_ms = to_ms(rest_until) if rest_until else None
    _change(key, next_at=to_ms(until), error=error, failing_since=_since(now), rest_until=rest_ms)


def bury(key: str, now: datetime, error: str, *, blocks: bool) -> None:
    """Give a message up; `blocks` says whether later ones of its lane wait for a human."""
    _change(key, dead_at=to_ms(now), rest_until=None, error=error, blocks=blocks, failing_since=_since(now))


def _change(key: str, **values: Any) -> None:
    OutboxMessage.update(**values).where((OutboxMessage.key == key) & OutboxMessage.done_at.is_null()).execute()


def _since(now: datetime) -> Any:
    return fn.COALESCE(OutboxMessage.failing_since, to_ms(now))


def _soonest(now: datetime) -> Any:
    """Now, or when an earlier attempt's call is over at the latest."""
    return Case(None, [(OutboxMessage.rest_until > to_ms(now), OutboxMessage.rest_until)], to_ms(now))


def _is_of(portal: str, request_id: str) -> Any:
    return (OutboxMessage.portal == portal) & (OutboxMessage.request == request_id)


def _is_open() -> Any:
    return OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null()


def _is_dead() -> Any:
    return OutboxMessage.dead_at.is_null(False) & OutboxMessage.done_at.is_null()


def _eligible(portal: str) -> Any:
    return OutboxMessage.select().where((OutboxMessage.portal == portal) & _is_open() & NOTHING_EARLIER)


_DUE_COLUMNS = (
    OutboxMessage.id, OutboxMessage.portal, OutboxMessage.request, OutboxMessage.seq, OutboxMessage.key,
    OutboxMessage.topic, OutboxMessage.lane, OutboxMessage.payload, OutboxMessage.attempts,
    OutboxMessage.failing_since,
)  # fmt: skip
_LANE_NAMES = tuple(dict.fromkeys(LANES.values()))
_NO_LANES = {f"lane{number}": "" for number in range(len(_LANE_NAMES))}


def _next_due() -> Any:
    due = OutboxMessage.lane.in_([hole(name) for name in _NO_LANES]) & (OutboxMessage.next_at <= hole("now"))
    mine = (OutboxMessage.portal == hole("portal")) & _is_open() & NOTHING_EARLIER
    query = OutboxMessage.select(*_DUE_COLUMNS).where(mine & due)
    return query.order_by(OutboxMessage.next_at, OutboxMessage.id).limit(1)


def _next_times() -> Written:
    """One selection a lane, each with an end of its own: a portal may have very many messages in one lane."""
    mark, lanes = database.param, list(_LANE_NAMES)
    one = f"""SELECT lane, next_at FROM (
        SELECT t1.lane, t1.next_at FROM outbox AS t1
        WHERE t1.portal = {mark} AND t1.lane = {mark} AND t1.done_at IS NULL AND t1.dead_at IS NULL
        AND {NOTHING_EARLIER.sql} ORDER BY t1.next_at LIMIT {mark}) AS of_lane"""  # noqa: S608 - constants only
    places = [place for lane in lanes for place in (hole("portal"), lane, hole("most"))]
    return " UNION ALL ".join([one] * len(lanes)), places


def _begin() -> Any:
    as_read = (OutboxMessage.id == hole("id")) & (OutboxMessage.attempts == hole("read")) & _is_open()
    begun = {"attempts": hole("attempts"), "next_at": hole("again"), "rest_until": hole("again")}
    return OutboxMessage.update(**begun).where(as_read)


def _finish() -> Any:
    done = OutboxMessage.update(done_at=hole("now"), error="")
    return done.where((OutboxMessage.key == hole("key")) & OutboxMessage.done_at.is_null())


_NEXT_DUE, _NEXT_TIMES, _BEGIN, _FINISH = (Prepared(build) for build in (_next_due, _next_times, _begin, _finish))
