"""Requests sent before there was a search are found by it, as those sent afterwards; on both databases."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from playhouse.migrations import Runner

from b24app.store import database, migrate, request_words, requests
from b24app.store.tables import RequestText, RequestWord
from tests import databases

THIS = "0008_search"
MANY = 700  # more than one batch
STATUSES = ("sending", "awaiting_signatures", "awaiting_approval", "completing", "completed", "voided", "failed")
REQUEST = """INSERT INTO request (id, portal, seq, status, title, sender_id, responsible_id, needs_approval,
    entity_type_id, entity_id, locale, time_zone, provider, document_sha256, final_sha256, fields, pages, letter,
    checkboxes, people, created_at, ended_at, reason, connection, ends_as)
    VALUES (?, 'acme', 1, ?, ?, 1, ?, TRUE, 1, 77,
    'en', 'UTC', 'builtin', '', '', '[]', '[]', '{}', '{}', '{}', ?, ?, '', '', '')"""
SIGNER = """INSERT INTO signer (id, portal, request, position, name, email, signing_order, role, status, company,
    locale, decline_reason) VALUES (?, 'acme', ?, 1, ?, ?, 1, 'signer', ?, '', 'en', '')"""
MESSAGE = """INSERT INTO outbox (portal, request, seq, key, topic, lane, signer, payload, attempts, next_at, dead_at,
    blocks, error) VALUES ('acme', ?, 1, ?, 'relay', 'portal', '', '{}', 9, 1, 500, FALSE, '')"""


@pytest.fixture(params=databases.KINDS)
def older(request, tmp_path):
    """A database as it was before, with requests in it."""
    with (
        databases.bare() if request.param == "postgresql" else nullcontext(f"sqlite:///{tmp_path / 'older.db'}") as url
    ):
        database.connect(url)
        yield from _filled()


def _filled():
    with database.reading():
        runner = Runner(database.database.obj, str(migrate.DIRECTORY))
        names = [migration.name for migration in runner.migrations()]
        runner.up(target=names[names.index(THIS) - 1])
        with database.writing():
            for n in range(MANY):
                add(n)
        yield


def add(n: int) -> None:
    status = STATUSES[n % len(STATUSES)]
    ended_at = 2000 if status in ("completed", "voided") else None
    run(REQUEST, f"r{n}", status, f"Договір № {n}/2026", 1 + n % 3, 1000 + n, ended_at)
    run(SIGNER, f"s{n}", f"r{n}", "Мар'яна Lee", f"m{n}@lee.example", "bounced" if n % 4 == 1 else "invited")
    if n % 5 == 1:
        run(MESSAGE, f"r{n}", f"r{n}:1")


def run(sql: str, *values: object) -> None:
    database.database.execute_sql(sql.replace("?", database.database.param), values)


def written() -> tuple[set[tuple[str, str, int, str]], set[tuple[str, str]]]:
    rows = {(row.reader, bytes(row.word).decode(), row.created_at, row.request) for row in RequestWord.select()}
    return rows, {(row.request, row.words) for row in RequestText.select()}


def test_they_get_the_words_that_they_would_be_sent_with_today(older):
    migrate.migrate()
    made = written()
    with database.writing():
        RequestWord.delete().execute()
        RequestText.delete().execute()
        for n in range(MANY):
            request_words.put(requests.load("acme", f"r{n}"))
    assert made == written()
    assert len(made[1]) == MANY


def test_work_that_was_given_up_is_known_to_fail_since_then(older):
    migrate.migrate()
    found = database.database.execute_sql("SELECT DISTINCT failing_since FROM outbox").fetchall()
    assert [tuple(row) for row in found] == [(500,)]
