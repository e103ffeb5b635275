"""The list of requests and the search in it, with a thousand requests and with a million, on both databases.

Asked through the list's own door, as the page's script asks: what is measured is the whole answer. What the service
alone took is measured too. Rounds alternate between the sizes, so that a busy machine slows both alike; the words
change from round to round.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from b24app import create_app
from b24app.services.list_requests import MAX_LINES, Asked, list_requests
from b24app.settings import Settings
from b24app.store import database, portals
from b24app.web.session import HEADER, FrameSession
from tests import databases
from tests.bench import crowd
from tests.portal_room import add_portal

FEW, MANY = 1_000, 1_000_000
ROUNDS, WARM_UP = 60, 5
DEEP = 50  # the page that is far down
LISTS = ("first page", "page 50")
SEARCHES: Mapping[str, Sequence[str]] = {
    "rare word": [str(n) for n in range(60, 240, 9)],
    "common word": ["services", "agreement", "berlin", "kyiv", "contract"],
    "two letters": ["an", "be", "ma", "pe", "se"],
    "two common words": ["services berlin", "agreement kyiv", "services lviv", "agreement warsaw", "services paris"],
}
NEVER_TOGETHER = ["supply lease", "order contract"]  # common words that no title has both of


class Times(NamedTuple):
    """Milliseconds: of a whole answer the median; of the service alone, which takes less than a busy machine's slice
    of time, the lower quartile."""

    door: float
    service: float


@dataclass(frozen=True)
class Ground:
    """One database with so many requests, and the application in front of it."""

    size: int
    app: Flask
    binding: Any

    def ask(self, is_admin: bool, asked: Asked) -> Times:
        """Ask once each way; every page asked for is a full one, or the only one there is."""
        database.database.initialize(self.binding)
        headers = {HEADER: self._session(is_admin), "X-Paraph-Fragment": "1"}
        client = self.app.test_client(use_cookies=False)
        form = {"q": asked.text, "show": str(asked.show), "before": asked.before}
        door = _ms(lambda: client.post("/home", data=form, headers=headers))
        with database.reading():
            portal = portals.get(crowd.PORTAL)
            ctx = self.app.extensions["paraph"]
            service = _ms(lambda: list_requests(ctx, portal, crowd.ANNA, None, sees_all=is_admin, asked=asked))
        return Times(door, service)

    def page(self, number: int, is_admin: bool) -> Asked:
        """Ask for a page by its number, or for the last full one."""
        own = (n for n in range(self.size, 0, -1) if is_admin or crowd.is_annas(n))
        numbers = list(itertools.islice(own, (number - 1) * MAX_LINES)) if number > 1 else []
        full = len(numbers) // MAX_LINES * MAX_LINES
        deep = full if len(numbers) == (number - 1) * MAX_LINES else full - MAX_LINES
        return Asked(before=str(crowd.place(numbers[deep - 1]))) if numbers else Asked()

    def _session(self, is_admin: bool) -> str:
        values = {"portal": crowd.PORTAL, "user": crowd.ANNA, "lang": "en", "entity": None, "admin": is_admin}
        return str(self.app.session_interface.dump(FrameSession(values)))


def bench_search(kind: str) -> Mapping[str, Mapping[int, Times]]:
    """What was asked -> size -> how long it took."""
    with ExitStack() as stack:
        grounds = [stack.enter_context(_ground(kind, size)) for size in (FEW, MANY)]
        return {name: _measure(grounds, ask) for name, ask in _questions(grounds)}


def _questions(grounds: list[Ground]) -> Iterator[tuple[str, Callable[[Ground, int], Times]]]:
    for who, is_admin in (("employee", False), ("administrator", True)):
        for name, number in zip(LISTS, (1, DEEP), strict=True):
            pages = {ground.size: ground.page(number, is_admin) for ground in grounds}
            yield f"{who}, {name}", lambda ground, _n, p=pages, a=is_admin: ground.ask(a, p[ground.size])
        for name, texts in {**SEARCHES, "words never together": NEVER_TOGETHER}.items():
            yield f"{who}, {name}", lambda ground, n, t=texts, a=is_admin: ground.ask(a, Asked(t[n % len(t)]))


def _measure(grounds: list[Ground], ask: Callable[[Ground, int], Times]) -> Mapping[int, Times]:
    times = defaultdict(list)
    for number in range(WARM_UP + ROUNDS):
        for ground in grounds:
            times[ground.size].append(ask(ground, number))
    columns = {size: zip(*rows[WARM_UP:], strict=True) for size, rows in times.items()}
    return {
        size: Times(statistics.median(door), statistics.quantiles(service)[0])
        for size, (door, service) in columns.items()
    }


@contextmanager
def _ground(kind: str, size: int) -> Iterator[Ground]:
    for number in range(1, 200):
        crowd.check(number)
    with tempfile.TemporaryDirectory() as directory, databases.fresh(kind, Path(directory)) as url:
        app = create_app(Settings(data_dir=directory, database_url=url, allow_insecure_portals=True, log_level="ERROR"))
        with database.reading():
            add_portal(app.extensions["paraph"], crowd.PORTAL, setup_done_at=1)
        database.close_all()
        if kind == "sqlite":
            crowd.write_sqlite(Path(url.removeprefix("sqlite:///")), size)
        else:
            crowd.write_postgresql(url, size)
        binding = database.database.obj
        yield Ground(size, app, binding)
        database.database.initialize(binding)
        database.close_all()


def _ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    answer = act()
    elapsed = (time.perf_counter() - start) * 1000
    assert getattr(answer, "status_code", 200) == 200, answer
    return elapsed
