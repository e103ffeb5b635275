"""A database that is away, locked or full: a sentence for people, and everything works again when it is back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app import create_app
from b24app.settings import Settings
from b24app.store import database
from tests import databases
from tests.office import ANNA, Office, open_office

AWAY = "Our database cannot be reached at the moment. Nothing was lost"
FULL = "Our server has no room left. Nothing was lost"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_postgresql_that_is_away_is_told_and_works_again(tmp_path):
    with databases.fresh("postgresql", tmp_path) as url:
        client = create_app(Settings(data_dir=str(tmp_path), database_url=url)).test_client()
        assert client.get("/s/unknown").status_code == 404
        databases.allow(url, False)
        answer = client.get("/s/unknown")
        assert (answer.status_code, AWAY in answer.text) == (503, True)
        databases.allow(url, True)
        assert client.get("/s/unknown").status_code == 404


def test_operators_are_answered_while_postgresql_is_away(tmp_path):
    with databases.fresh("postgresql", tmp_path) as url:
        client = create_app(Settings(data_dir=str(tmp_path), database_url=url)).test_client()
        assert "paraph_database_up 1.0" in client.get("/metrics").text
        databases.allow(url, False)
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["parts"]["database"], ready.json["worker"]) == (503, "failing", "unknown")
        figures = client.get("/metrics")
        assert (figures.status_code, "paraph_database_up 0.0" in figures.text) == (200, True)
        assert "paraph_http_requests_total" in figures.text
        databases.allow(url, True)
        assert client.get("/readyz").status_code == 200


def test_a_locked_file_is_told_and_the_same_act_works_afterwards(office: Office, tmp_path: Path):
    database.database.execute_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "paraph.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = office.tab(77, user=ANNA)
    assert (answer.status, AWAY in answer.text) == (503, True)
    other.execute("ROLLBACK")
    other.close()
    assert office.tab(77, user=ANNA).status == 200


def test_a_full_disk_is_told_and_the_same_act_works_afterwards(office: Office):
    with database.reading():
        pages = database.database.execute_sql("PRAGMA page_count").fetchone()[0]
        database.database.execute_sql(f"PRAGMA max_page_count = {pages}")
        answer = office.composer(77, user=ANNA)
        assert (answer.status, FULL in answer.text) == (503, True)
        database.database.execute_sql("PRAGMA max_page_count = 1000000")
    assert office.composer(77, user=ANNA).status == 200


def test_text_with_nul_does_no_harm(tmp_path):
    with databases.fresh("postgresql", tmp_path) as url:
        client = create_app(Settings(data_dir=str(tmp_path), database_url=url)).test_client()
        assert client.get("/v/a%00b").status_code == 404
        assert client.get("/v/ab?x=a%00b").status_code < 500
        assert (
            client.post("/events/bitrix24", data={"auth[member_id]": "a\0b", "event": "ONAPPINSTALL"}).status_code < 500
        )
