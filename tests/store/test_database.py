"""Write transactions: all or nothing, nested ones join, several threads take turns."""

from __future__ import annotations

import threading

import pytest

from b24app.store import database, migrate, portals
from b24app.store.tables import Portal


@pytest.fixture
def store(tmp_path):
    database.connect(f"sqlite:///{tmp_path / 'data.db'}")
    migrate.migrate()
    with database.reading():
        yield
    database.close_connection()


def add(member_id: str) -> None:
    portals.save(member_id, client_id="local.1", domain="a", client_endpoint="https://a/rest/", installed_at=1)


def test_a_failed_transaction_leaves_nothing(store):
    def add_and_fail() -> None:
        with database.writing():
            add("acme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    assert portals.find("acme") is None


def test_a_nested_transaction_joins_the_outer_one(store):
    def add_inside_and_fail() -> None:
        with database.writing():
            with database.writing():
                add("acme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_inside_and_fail()
    assert portals.find("acme") is None


def test_threads_that_count_do_not_lose_a_step(store):
    with database.writing():
        add("acme")

    def count() -> None:
        for _ in range(20):
            with database.writing():
                row = Portal.get_by_id("acme")
                Portal.update(failures=row.failures + 1).where(Portal.member_id == "acme").execute()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Portal.get_by_id("acme").failures == 80


def test_saving_a_token_again_revives_it(store):
    with database.writing():
        portals.save_token("acme", 6, access="a", refresh="b", expires_at=1)
        portals.mark_token_dead("acme", 6, 5)
        portals.save_token("acme", 6, access="c", refresh="d", expires_at=2)
    token = portals.token("acme", 6)
    assert (token.access_token, token.dead_at) == ("c", None)


def test_an_unknown_database_is_told_in_a_sentence(tmp_path):
    with pytest.raises(database.ConfigError, match="PARAPH_DATABASE_URL"):
        database.connect("oracle://somewhere")
