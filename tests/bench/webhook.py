"""Events stored durably and answered a second, against a bare Flask route with one durable insert of the same bytes.

A portal's events are verified first; those of a signing provider are stored raw under their account's secret address.

Both routes run in one gunicorn worker over the same SQLite file (WAL, synchronous=FULL); a route that does nothing is
measured too. Rounds alternate, so that a busy machine slows all alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import requests
from flask import Flask, request
from peewee import AutoField, TextField

from b24app import create_app
from b24app.store import connections
from b24app.store.database import database, writing
from b24app.store.tables import Table
from b24app.store.vault import fingerprint
from tests.installing import Stage
from tests.services.desk import free_port

ROUNDS, WARM_UP, BATCH = 24, 4, 50
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json", "X-DocuSign-Signature-1": "c2lnbmF0dXJl"}


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


def bench_webhooks(stage: Stage) -> dict[str, Rates]:
    """Serve the stage's own data with gunicorn; post events of its portal, then those of a signing provider."""
    secret = _connect(stage)
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
    url = f"http://127.0.0.1:{port}"
    try:
        return {
            "portal": _measure(url, "/events/bitrix24", partial(_event, stage), FORM),
            "provider": _measure(url, f"/webhooks/docusign/{secret}", _provider_event, JSON),
        }
    finally:
        process.terminate()
        process.wait(15)


def _measure(url: str, path: str, event: Callable[[int], str], headers: dict[str, str]) -> Rates:
    session = requests.Session()
    session.headers.update(headers)
    _wait(session, url)
    numbers = iter(range(10**9))
    targets = (path, "/bench/durable", "/bench/noop")
    rows = []
    for _ in range(ROUNDS + WARM_UP):
        rows.append([_rate(session, url + target, [event(next(numbers)) for _ in range(BATCH)]) for target in targets])
    rows = [[ours, durable, noop, ours / durable] for ours, durable, noop in rows[WARM_UP:]]
    return Rates(*(statistics.median(column) for column in zip(*rows, strict=True)))


def _event(stage: Stage, number: int) -> str:
    """A press of *Remind*, each at another second, so that none is taken for a repetition."""
    auth = stage.acme.events.auth(stage.acme.app, None)
    fields = {"event": "ONCRMTIMELINEITEMACTION", "ts": str(1_772_452_800 + number), "data[id]": "remind",
              "data[request]": f"request-{number}", "data[entityTypeId]": "1", "data[entityId]": "77"}  # fmt: skip
    return urlencode({**fields, **{f"auth[{key}]": str(value) for key, value in auth.items()}})


def _connect(stage: Stage) -> str:
    """Add an account at a signing provider; returns the secret of its address."""
    vault, secret = stage.ctx.vault, "secret-of-the-bench"
    with writing():
        connections.insert(
            stage.acme.member_id, id="bench", provider="docusign", name="x", secrets=vault.lock("{}"),
            webhook_hash=fingerprint(secret), webhook_secret=vault.lock(secret), created_at=0,
        )  # fmt: skip
    return secret


def _provider_event(number: int) -> str:
    """A step of an envelope with one summary of it, as large as providers' events are."""
    signers = [{"recipientId": str(i), "name": "Ann Lee", "email": "ann@lee.example", "status": "sent"} for i in (1, 2)]
    summary = {"status": "sent", "envelopeId": f"envelope-{number}", "recipients": {"signers": signers}, "x": "y" * 900}
    return json.dumps({"event": "recipient-completed", "data": {"accountId": "a", "envelopeSummary": summary}})


def _rate(session: requests.Session, url: str, bodies: list[str]) -> float:
    start = time.perf_counter()
    for body in bodies:
        session.post(url, data=body, timeout=30).raise_for_status()
    return len(bodies) / (time.perf_counter() - start)


def _wait(session: requests.Session, url: str) -> None:
    for _ in range(300):
        try:
            session.get(f"{url}/healthz", timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the application does not answer")
