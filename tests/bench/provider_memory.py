"""Memory of a web worker without an account at any signing service, and with one at each of two; what it has imported.

`serve` and `worker` are real processes. The web server is started anew before it is measured, then shows the composer
and the pages of requests as often in either case; cases alternate. What a process imports Python itself writes down
(PYTHONPROFILEIMPORTTIME); that the worker's list names the SDKs shows that they would be found.
"""

from __future__ import annotations

import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from b24app import demo
from b24app.sandbox.examples.acme import LEAD_77
from tests.bench.calls import launch, open_composer, send_to_two
from tests.bench.children import resident_mb, started_by
from tests.bench.lines import Line
from tests.running import Running, open_running
from tests.waiting import wait_for

ROUNDS, SHOWN = 5, 20
MOST_MB, MOST_SHARE = 1.0, 0.02
SDKS = {"dropbox_sign", "docusign_esign"}
WITNESS = {"PYTHONPROFILEIMPORTTIME": "1"}
_IMPORTED = re.compile(r"^import time: *\d+ \| *\d+ \| *(\w+)$", re.MULTILINE)  # packages, without their parts
_ACCOUNT = re.compile(r'<option value="([^"]+)"')


def bench_memory() -> Iterator[Line]:
    with ExitStack() as stack:
        cases = [_open(stack, connected) for connected in (False, True)]
        rows = [[_served_mb(running, requests) for running, requests in cases] for _ in range(ROUNDS)]
        without, both = (statistics.median(column) for column in zip(*rows, strict=True))
        running = cases[1][0]
        loaded = {name: SDKS & set(_IMPORTED.findall(running.text(name))) for name in ("serve", "worker")}
    more = both - without
    words = f"{more:+.1f} MB ({without:.1f} without, {both:.1f} with both, medians of {ROUNDS})"
    limit = max(MOST_MB, MOST_SHARE * without)
    yield Line("memory of a web worker with two signing services", words, f"<= {MOST_MB:g} MB or 2 %", more <= limit)
    words = f"{len(loaded['serve'])} of {len(SDKS)}; its worker {len(loaded['worker'])}"
    kept = (loaded["serve"], loaded["worker"]) == (set(), SDKS)
    yield Line("SDKs of signing services that the web server has imported", words, "none (the worker: both)", kept)


def _open(stack: ExitStack, connected: bool) -> tuple[Running, list[str]]:
    """Start an installation with two requests on their way; returns it and the requests' numbers."""
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    running = stack.enter_context(open_running(directory, workers=1))
    running.environment |= WITNESS
    running.end("worker")
    running.begin("worker", "worker", "--threads", "2")
    if connected:
        demo.connect_services(running.acme, running.url, demo.service_accounts(running.sandbox))
        wait_for(lambda: set(_IMPORTED.findall(running.text("worker"))) >= SDKS, "both SDKs in the worker")
    return running, [_send(running, account) for account in _accounts(running)]


def _accounts(running: Running) -> list[str]:
    """The two services that are offered beside the built-in one; where there are none, that one twice."""
    page = open_composer(running, LEAD_77)
    select = re.search(r'<select[^>]*name="connection".*?</select>', page, re.DOTALL)
    return _ACCOUNT.findall(select[0]) if select else ["", ""]


def _send(running: Running, account: str) -> str:
    answer = send_to_two(running, open_composer(running, LEAD_77), connection=account)
    found = re.search(r'data-request="([^"]+)"', answer)
    assert found, answer
    return found[1]


def _served_mb(running: Running, requests: list[str]) -> float:
    """Start the web server anew, show its pages, and look at its one worker."""
    running.end("serve")
    running.begin("serve", "serve", "--workers", "1")
    server = running.processes["serve"]
    demo.wait_until_up(running.url, [server])
    for _ in range(SHOWN):
        open_composer(running, LEAD_77)
        for request in requests:
            launch(running, "/", "DEFAULT", {"request": request}).raise_for_status()
    [worker] = started_by(server.pid)
    return resident_mb(worker)
