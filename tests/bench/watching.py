"""What it costs to be watched: a call to the portal that is counted and logged; a page of figures over many rows."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from b24app.bitrix.card_commands import build
from b24app.bitrix.client import AppCredentials
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.entities import Entity
from b24app.bitrix.transport import Transport
from b24app.clock import utc_now
from b24app.metrics.page import render
from b24app.metrics.state import State
from b24app.sandbox.examples.acme import ANNA, LEAD_77
from b24app.services.stored_tokens import StoredTokens
from b24app.services.visiting_client import NoLimit
from b24app.store import database, migrate
from tests.installing import Stage
from tests.store.many import done_messages

ROUNDS, WARM_UP = 150, 10
FEW, MANY = 1_000, 1_000_000


class CallTimes(NamedTuple):
    """Medians in milliseconds of the batch that opens a card, in turns."""

    watched_ms: float
    bare_ms: float


def bench_call(stage: Stage) -> CallTimes:
    """Read lead 77 through the application's own client, and through one that nobody watches."""
    ctx, portal = stage.ctx, stage.stored
    assert portal is not None
    tokens = StoredTokens(ctx.vault, ctx.now, portal.member_id, ANNA)
    bare = Transport(allow_private=True, user_agent="Paraph")
    watched = Transport(allow_private=True, user_agent="Paraph", log=ctx.transport._log)
    clients = [
        PortalClient(door, ctx.oauth, tokens, AppCredentials("", lambda: ""), NoLimit(), ctx.now)
        for door in (watched, bare)
    ]
    commands = build(Entity(1, LEAD_77))
    with database.reading():
        rows = [[_time_ms(client, commands) for client in clients] for _ in range(ROUNDS + WARM_UP)]
    return CallTimes(*(statistics.median(column) for column in zip(*rows[WARM_UP:], strict=True)))


def bench_figures() -> dict[int, float]:
    """Number of messages done long ago -> median of milliseconds for a page of figures of state, in turns."""
    with tempfile.TemporaryDirectory() as directory:
        urls = {count: f"sqlite:///{Path(directory) / f'{count}.db'}" for count in (FEW, MANY)}
        for count, url in urls.items():
            _fill(url, count)
        rounds = [{count: _page_ms(url) for count, url in urls.items()} for _ in range(ROUNDS)]
    return {count: statistics.median(times[count] for times in rounds) for count in urls}


def _fill(url: str, count: int) -> None:
    database.connect(url)
    migrate.migrate()
    with database.writing():
        database.database.execute_sql(done_messages(count))
    database.close_connection()


def _page_ms(url: str) -> float:
    database.connect(url)
    start = time.perf_counter()
    render(State(utc_now))
    return (time.perf_counter() - start) * 1000


def _time_ms(client: PortalClient, commands: dict[str, object]) -> float:
    start = time.perf_counter()
    client.batch(commands)
    return (time.perf_counter() - start) * 1000
