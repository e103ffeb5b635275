"""How things stand, in figures; on both databases, and by indexes alone."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.store import database, heartbeat, migrate, outbox, standing
from b24app.store.standing import Lane
from b24app.store.tables import OutboxMessage, Portal
from tests.store.many import done_messages

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOON_MS = to_ms(NOON)


@pytest.fixture(autouse=True)
def opened(database_url):
    database.connect(database_url)
    migrate.migrate()
    with database.reading():
        yield


def add_messages(*messages):
    with database.writing():
        for number, (topic, changes) in enumerate(messages):
            outbox.enqueue("acme", f"r{number}", 1, topic, {}, NOON - timedelta(minutes=5))
            OutboxMessage.update(**{"attempts": 0, **changes}).where(OutboxMessage.key == f"r{number}:1").execute()


def add_portal(name, **values):
    fixed = {"client_id": "app", "domain": "", "client_endpoint": "", "installed_at": 0}
    with database.writing():
        Portal.create(member_id=name, **{**fixed, **values})


def test_open_messages_are_counted_by_lane_with_the_longest_due():
    add_messages(
        (Topic.RELAY, {}),
        (Topic.PIN, {"next_at": NOON_MS - 1000}),
        (Topic.RELAY, {"next_at": NOON_MS + 60_000}),
        (Topic.INVITE, {"next_at": NOON_MS + 60_000}),
        (Topic.SEAL, {"done_at": NOON_MS}),
        (Topic.SEAL, {"dead_at": NOON_MS}),
    )
    assert standing.lanes(NOON) == {"portal": Lane(3, 300_000), "letters": Lane(1, 0)}


def test_dead_messages_are_counted_by_topic():
    add_messages(
        (Topic.SEAL, {"dead_at": NOON_MS}),
        (Topic.SEAL, {"dead_at": NOON_MS}),
        (Topic.PIN, {"dead_at": NOON_MS, "done_at": NOON_MS}),
        (Topic.RELAY, {}),
    )
    assert standing.dead_topics() == {"seal": 2}


def test_portals_in_trouble_are_counted_and_those_that_went_are_not():
    add_portal("well")
    add_portal("paused", pause_until=NOON_MS + 1)
    add_portal("over", pause_until=NOON_MS, mail_pause_until=NOON_MS + 1)
    add_portal("lost", health="reconnect")
    add_portal("gone", health="reconnect", pause_until=NOON_MS + 1, uninstalled_at=NOON_MS)
    assert standing.portals(NOON) == {"installed": 4, "paused": 1, "mail_paused": 1, "reconnect": 1}


def test_without_any_portal_all_counts_are_nought():
    assert set(standing.portals(NOON).values()) == {0}


def test_what_is_done_is_never_looked_at(caplog):
    with database.writing():
        database.database.execute_sql(done_messages(5_000))
    if not database.is_sqlite():  # a server does that itself by and by
        database.database.execute_sql("ANALYZE outbox")
    caplog.set_level(logging.DEBUG, "peewee")
    for figure in (lambda: standing.lanes(NOON), standing.dead_topics):
        figure()
        sql, params = caplog.records[-1].msg
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite() else "EXPLAIN"
        plan = database.database.execute_sql(f"{explain} {sql}", params).fetchall()
        assert re.search("outbox_(open_|dead)", str(plan))


def test_a_worker_is_seen_when_it_says_so():
    assert heartbeat.age_s(NOON) is None
    for minutes in (0, 1):
        with database.writing():
            heartbeat.beat(NOON + timedelta(minutes=minutes))
    assert heartbeat.age_s(NOON + timedelta(minutes=1, seconds=30)) == 30
