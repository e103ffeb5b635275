"""Write transactions: all or nothing, nested ones join, several threads take turns."""

from __future__ import annotations

import subprocess
import sys
import threading

import psycopg
import pytest

from b24app.clock import to_ms, utc_now
from b24app.errors import ConfigError
from b24app.store import database, migrate, portals
from b24app.store.tables import Portal
from tests import databases


@pytest.fixture
def store(database_url):
    database.connect(database_url)
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
                database.alone("acme")
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


@pytest.mark.parametrize("url", ["oracle://somewhere/name", "postgresql://localhost", "paraph.db"])
def test_an_unknown_database_is_told_in_a_sentence(url):
    with pytest.raises(ConfigError, match="PARAPH_DATABASE_URL"):
        database.connect(url)


def test_a_lock_holds_other_processes_off_until_its_holder_dies(store, database_url):
    code = (
        "import sys; from b24app.store import database; database.connect(sys.argv[1])\n"
        "with database.exclusive('acme/6'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    entered = threading.Event()

    def enter() -> None:
        with database.exclusive("acme/6"):
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.3)
    holder.kill()
    holder.communicate()
    assert entered.wait(10)
    waiting.join()


def test_connections_that_the_server_has_ended_are_not_handed_out_again(tmp_path):
    with databases.fresh("postgresql", tmp_path) as url:
        database.connect(url)
        with database.reading():
            pid = database.database.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with database.reading():
            assert portals.find("nobody") is None


def test_the_servers_time_is_asked(tmp_path):
    with databases.fresh("postgresql", tmp_path) as url:
        database.connect(url)
        assert abs(database.server_ms() - to_ms(utc_now())) < 5_000
