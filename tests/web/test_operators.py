"""What operators ask for: is it alive, is it ready, its figures. Nobody else learns that there are figures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.store import heartbeat
from b24app.store.database import writing
from tests.office import Office
from tests.running import figures


@pytest.mark.parametrize(("minutes", "words"), [(1, "seen lately"), (6, "not seen lately")])
def test_a_worker_is_seen_lately_or_it_is_not(office: Office, minutes: int, words: str) -> None:
    with writing():
        heartbeat.beat(office.ctx.now() - timedelta(minutes=minutes))
    answer = office.client.get("/readyz")
    assert (answer.status_code, answer.json["worker"]) == (200, words)


def test_a_program_of_this_machine_gets_the_figures(office: Office) -> None:
    answer = office.client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    found = figures(answer.text)
    acme = office.sandbox.portal("acme").member_id
    assert found[f"paraph_portal_calls_total{{family=app,outcome=ok,portal={acme}}}"] > 0
    assert found["paraph_portals{state=installed}"] == 2


def test_for_everybody_else_there_is_nothing_at_this_address(office: Office) -> None:
    missing = office.client.get("/nothing-here")
    for options in (
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}},
        {"headers": {"Host": "sign.example.com"}},
    ):
        answer = office.client.get("/metrics", **options)
        assert (answer.status_code, answer.text) == (404, missing.text)
