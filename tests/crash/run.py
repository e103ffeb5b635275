"""One run: the whole application as processes, people at its doors, a killer, and the truth afterwards."""

from __future__ import annotations

import itertools
import os
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

from b24app import demo
from b24app.sandbox.world import Sandbox, start
from b24app.services.context import Context
from b24app.services.register_application import register_application
from b24app.settings import Settings
from b24app.store import audit, database, outbox
from b24app.store.database import reading
from b24app.wiring import wire, wire_worker
from tests.crash.killer import Killer
from tests.crash.passing_time import help_along, is_idle
from tests.crash.people import Browser, Life, NobodyAnswers, Town, make_plan
from tests.crash.processes import Kennel
from tests.crash.truth import Findings, check_all
from tests.office import ANNA, OLENA
from tests.services.desk import free_port
from tests.shifted_clock import ShiftedClock

DRAIN_S = 120.0


@dataclass(frozen=True)
class Wanted:
    """What to run. `lives` at once; new ones begin until the kills are done, `most_lives` in all."""

    database_url: str
    kills: int
    seed: int
    processes: int
    threads: int
    lives: int = 8
    most_lives: int = 10_000


@dataclass
class Outcome:
    wanted: Wanted
    kills: Mapping[str, int]
    lives: list[Life]
    findings: Findings
    browser: Browser
    gave_up: list[str]
    time_s: float


def run(wanted: Wanted, directory: Path) -> Outcome:
    """Run, drain, check."""
    begun = time.monotonic()
    with _world(wanted, directory) as (town, kennel, ctx, clock):
        killer = Killer(town, kennel, clock, random.Random(wanted.seed), wanted.kills)
        traffic = Traffic(town, wanted, killer.stop)
        traffic.start()
        killer.run()
        with _helper(ctx, town, clock):
            traffic.join()
            for user in (OLENA, ANNA):  # whose connection a kill has cost: as people do
                town.launch("/", user=user)
            _wait_until_idle(town)
        kennel.end(gently=True)
        findings = check_all(ctx, town.sandbox, traffic.lives)
        findings.words += [_standing(life, town.acme.member_id) for life in traffic.lives if not life.told.end]
        time_s = time.monotonic() - begun
        return Outcome(wanted, killer.kills, traffic.lives, findings, town.browser, traffic.gave_up, time_s)


class Traffic:
    """So many documents at once, one thread each; a new one begins where one has ended, until the killer stops."""

    def __init__(self, town: Town, wanted: Wanted, stop: threading.Event) -> None:
        self._town, self._wanted, self._stop = town, wanted, stop
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._live) for _ in range(wanted.lives)]
        self.lives: list[Life] = []
        self.gave_up: list[str] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _live(self) -> None:
        while not self._stop.is_set() and (life := self._next()):
            try:
                life.run()
            except NobodyAnswers as given_up:
                self.gave_up.append(f"{life.plan.number} {life.plan.end}: waited in vain for {given_up}")

    def _next(self) -> Life | None:
        with self._lock:
            number = next(self._numbers)
            if number > self._wanted.most_lives:
                return None
            dice = random.Random(self._wanted.seed * 10_007 + number)
            life = Life(self._town, make_plan(number, dice), dice)
            self.lives.append(life)
            return life


@contextmanager
def _world(wanted: Wanted, directory: Path) -> Iterator[tuple[Town, Kennel, Context, ShiftedClock]]:
    port = free_port()
    url = f"http://localhost:{port}"
    with start(url) as sandbox:
        for portal in sandbox.portals.values():
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        settings = _settings(wanted, directory, sandbox, port)
        clock = ShiftedClock(directory)
        ctx = wire(settings, clock)
        for known in sandbox.apps:
            register_application(ctx, known["client_id"], known["client_secret"])
        database.close_all()
        kennel = Kennel.of(_environment(settings), directory / "processes.log", wanted.processes, wanted.threads)
        watcher = threading.Thread(target=kennel.watch, daemon=True)
        try:
            kennel.start_dead()
            watcher.start()
            demo.wait_until_up(url, [])
            demo.install(sandbox.portal("acme"), url)
            yield Town(Browser(url), sandbox), kennel, ctx, clock
        finally:
            kennel.end(gently=False)


def _settings(wanted: Wanted, directory: Path, sandbox: Sandbox, port: int) -> Settings:
    return Settings(
        public_url=f"http://localhost:{port}",
        bind=f"127.0.0.1:{port}",
        data_dir=str(directory),
        database_url=wanted.database_url,
        oauth_url=sandbox.oauth.url,
        smtp_url=sandbox.mailbox.smtp_url,
        mail_from="Paraph <signatures@paraph.example>",
        allow_insecure_portals=True,
        log_level="WARNING",
    )


def _environment(settings: Settings) -> dict[str, str]:
    values = {f"PARAPH_{one.name.upper()}": str(getattr(settings, one.name)) for one in fields(settings)}
    return {**os.environ, **values, "PARAPH_ALLOW_INSECURE_PORTALS": "1"}


@contextmanager
def _helper(ctx: Context, town: Town, clock: ShiftedClock) -> Iterator[None]:
    """Let time pass, with a worker in our own process beside the others."""
    enough = threading.Event()
    helping = partial(help_along, wire_worker(ctx), town.acme.member_id, clock, enough)
    thread = threading.Thread(target=helping)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _standing(life: Life, portal: str) -> str:
    """Say where a life that nobody ended stands: what happened, what is left to do, what was given up."""
    request = life.told.request_id
    with reading():
        happened = [str(event.type) for event in audit.events(portal, request)]
        work = [
            f"{m.topic}, tried {m.attempts}, {m.error or 'no error'}" for m in outbox.undone_messages(portal, request)
        ]
    return f"{life.plan.number}: {', '.join(happened)}; undone: {'; '.join(work) or 'nothing'}"


def _wait_until_idle(town: Town) -> None:
    """Until nothing is left to do, or for so long that something is wrong: the findings say what is left."""
    end = time.monotonic() + DRAIN_S
    while time.monotonic() < end and not is_idle(town.acme.member_id):
        threading.Event().wait(0.1)
