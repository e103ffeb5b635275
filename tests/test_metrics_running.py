"""The figures of running processes: web server, worker, and what each of them has counted."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.bench.calls import ANN
from tests.running import Running, open_running
from tests.services.desk import free_port
from tests.waiting import wait_for
from tests.whole_life import live

WEB = 3


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """After a whole life of one request."""
    with open_running(tmp_path_factory.mktemp("running"), workers=WEB) as opened:
        live(opened)
        wait_for(lambda: not waiting(opened), "the end of all work")
        yield opened


def waiting(running: Running) -> float:
    """How many messages are still to be done."""
    return sum(figure for name, figure in running.figures().items() if name.startswith("paraph_outbox_open"))


def hits(running: Running, route: str) -> float:
    return running.figures()[f"paraph_http_requests_total{{method=GET,route={route},status=200}}"]


def children(running: Running) -> list[int]:
    """The web server's processes that serve."""
    pid = running.processes["serve"].pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def calls(running: Running) -> float:
    """Calls to acme itself, as they were counted."""
    found = running.figures()
    mine = [name for name in found if name.startswith("paraph_portal_calls_total") and running.acme.member_id in name]
    return sum(found[name] for name in mine if "family=app" not in name)


def test_what_happened_is_counted_in_whichever_process_it_did(running: Running) -> None:
    found = running.figures()
    assert found["paraph_http_requests_total{method=POST,route=/composer/send,status=200}"] == 1
    assert found["paraph_http_requests_total{method=POST,route=/s/<token>/finish,status=200}"] == 2
    assert found["paraph_http_request_seconds_count{route=/composer/send}"] == 1
    assert found["paraph_letters_total{outcome=sent}"] == len(running.sandbox.mailbox.letters()) == 4
    assert found["paraph_seal_seconds_count"] == 1
    assert 0 < found["paraph_seal_seconds_sum"] < 60


def test_every_call_to_the_portal_is_counted(running: Running) -> None:
    assert calls(running) == len(running.acme.calls)


def test_how_things_stand_is_told_for_every_lane_and_topic(running: Running) -> None:
    found = running.figures()
    assert found["paraph_portals{state=installed}"] == 1
    for lane in ("portal", "letters", "seal", "provider", "events"):
        assert found[f"paraph_outbox_open_messages{{lane={lane}}}"] == 0
        assert found[f"paraph_outbox_oldest_due_seconds{{lane={lane}}}"] == 0
    assert found["paraph_outbox_dead_messages{topic=seal}"] == 0
    assert found["paraph_database_up"] == 1


def test_whichever_process_is_asked_the_sum_is_the_same(running: Running) -> None:
    before = hits(running, "/readyz")
    with ThreadPoolExecutor(12) as people:
        answers = list(people.map(lambda _: requests.get(f"{running.url}/readyz", timeout=30).status_code, range(60)))
    assert answers == [200] * 60
    assert {hits(running, "/readyz") for _ in range(20)} == {before + 60}


def test_no_sum_falls_when_a_process_is_killed(running: Running) -> None:
    before, directory = hits(running, "/readyz"), running.directory / "data" / "metrics"
    for pid in children(running):
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: pid not in children(running) and len(children(running)) == WEB, "another process")
        wait_for(lambda: answers(running), "an answer")
        assert hits(running, "/readyz") == before
        assert not list(directory.glob(f"*_{pid}.*"))
    said = [line["event"] for line in running.lines("serve") if line.get("logger") == "gunicorn.error"]
    assert len([words for words in said if "SIGKILL" in words]) == WEB


def answers(running: Running) -> bool:
    try:
        return requests.get(f"{running.url}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_readiness_says_whether_a_worker_lives_and_does_not_depend_on_it(running: Running) -> None:
    wait_for(lambda: ready(running)["worker"] == "seen lately", "the worker's sign of life", tries=1500)
    assert running.figures()["paraph_worker_seen_seconds"] < 61
    assert ready(running)["status"] == "ready"


def ready(running: Running) -> dict[str, str]:
    answer = requests.get(f"{running.url}/readyz", timeout=30)
    assert answer.status_code == 200
    return answer.json()


def test_a_worker_alone_serves_the_figures_where_it_is_told_to(running: Running) -> None:
    bind = f"127.0.0.1:{free_port()}"
    restart_worker(running, bind)
    url = f"http://{bind}"
    assert running.figures(url)["paraph_letters_total{outcome=sent}"] == 4
    assert requests.get(f"{url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, timeout=30).status_code == 404
    assert requests.get(f"{url}/", timeout=30).status_code == 404
    assert ANN not in requests.get(f"{url}/metrics", timeout=30).text


def test_an_address_that_is_taken_does_not_keep_the_worker_from_working(running: Running) -> None:
    restart_worker(running, running.environment["PARAPH_BIND"])
    assert "metrics_not_served" in {line["event"] for line in running.lines("worker")}


def restart_worker(running: Running, metrics_bind: str) -> None:
    starts = running.text("worker").count("worker_started")
    running.end("worker")
    running.begin("worker", "worker", METRICS_BIND=metrics_bind)
    wait_for(lambda: running.text("worker").count("worker_started") > starts, "the worker")
