"""Events verified, stored durably and answered a second, against a bare Flask route with one durable insert.

Both routes run in one gunicorn worker over the same SQLite file (WAL, synchronous=FULL); a route that does nothing is
measured too. Rounds alternate, so that a busy machine slows all alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import NamedTuple
from urllib.parse import urlencode

import requests
from flask import Flask, request
from peewee import AutoField, TextField

from b24app import create_app
from b24app.store.database import database, writing
from b24app.store.tables import Table
from tests.installing import Stage
from tests.services.desk import free_port

ROUNDS, WARM_UP, BATCH = 24, 4, 50
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class Rates(NamedTuple):
    """Medians of requests a second, one client; `share` is the median of ours / durable round by round."""

    ours: float
    durable: float
    noop: float
    share: float


class Plain(Table):
    """One row a request: what a bare route stores."""

    id = AutoField()
    body = TextField()


def app() -> Flask:
    """The application with two bare routes beside its own; for gunicorn."""
    made = create_app(shares_figures=True)
    with writing():
        database.create_tables([Plain])

    def durable() -> str:
        with writing():
            Plain.insert(body=request.get_data(as_text=True)).execute()
        return "ok"

    made.add_url_rule("/bench/durable", "durable", durable, methods=["POST"])
    made.add_url_rule("/bench/noop", "noop", lambda: "ok", methods=["POST"])
    csrf = made.extensions["csrf"]
    csrf.exempt(made.view_functions["durable"])
    csrf.exempt(made.view_functions["noop"])
    return made


def bench_webhook(stage: Stage) -> Rates:
    """Serve the stage's own data with gunicorn and post events of its portal."""
    port = free_port()
    settings = stage.ctx.settings
    environment = {
        **os.environ,
        "PARAPH_DATA_DIR": settings.data_dir,
        "PARAPH_PUBLIC_URL": f"http://localhost:{port}",
        "PARAPH_OAUTH_URL": settings.oauth_url,
        "PARAPH_SMTP_URL": settings.smtp_url,
        "PARAPH_ALLOW_INSECURE_PORTALS": "1",
        "PARAPH_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level",
               "error", "tests.bench.webhook:app()"]  # fmt: skip
    process = subprocess.Popen(command, env=environment)
    try:
        return _measure(stage, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(15)


def _measure(stage: Stage, url: str) -> Rates:
    session = requests.Session()
    _wait(session, url)
    numbers = iter(range(10**9))
    targets = ("/events/bitrix24", "/bench/durable", "/bench/noop")
    rows = []
    for _ in range(ROUNDS + WARM_UP):
        rows.append(
            [_rate(session, url + path, [_event(stage, next(numbers)) for _ in range(BATCH)]) for path in targets]
        )
    rows = [[ours, durable, noop, ours / durable] for ours, durable, noop in rows[WARM_UP:]]
    return Rates(*(statistics.median(column) for column in zip(*rows, strict=True)))


def _event(stage: Stage, number: int) -> str:
    """A press of *Remind*, each at another second, so that none is taken for a repetition."""
    auth = stage.acme.events.auth(stage.acme.app, None)
    fields = {"event": "ONCRMTIMELINEITEMACTION", "ts": str(1_772_452_800 + number), "data[id]": "remind",
              "data[request]": f"request-{number}", "data[entityTypeId]": "1", "data[entityId]": "77"}  # fmt: skip
    return urlencode({**fields, **{f"auth[{key}]": str(value) for key, value in auth.items()}})


def _rate(session: requests.Session, url: str, bodies: list[str]) -> float:
    start = time.perf_counter()
    for body in bodies:
        session.post(url, data=body, headers=HEADERS, timeout=30).raise_for_status()
    return len(bodies) / (time.perf_counter() - start)


def _wait(session: requests.Session, url: str) -> None:
    for _ in range(300):
        try:
            session.get(f"{url}/healthz", timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the application does not answer")
