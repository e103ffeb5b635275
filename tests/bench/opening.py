"""Server time to open the composer beyond the portal's own, against a Flask route that returns the same bytes."""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

import requests
from flask import Flask

from b24app.sandbox.examples.acme import ANNA, LEAD_77
from b24app.sandbox.portal.frames import Opening, frame
from b24app.sandbox.serving import Listener
from tests.installing import Stage

ROUNDS = 40


class OpeningTimes(NamedTuple):
    """Medians in milliseconds: from pressing the button to the whole page, in turns."""

    whole_ms: float
    portal_ms: float
    bare_ms: float

    @property
    def beyond_ms(self) -> float:
        return self.whole_ms - self.portal_ms - self.bare_ms


def bench_opening(stage: Stage) -> OpeningTimes:
    """Open lead 77's composer again and again with one token, as an employee does within an hour."""
    opened = frame(
        stage.acme,
        Opening(
            stage.acme.app,
            stage.url + "/placements/detail-toolbar",
            "CRM_LEAD_DETAIL_TOOLBAR",
            {"ID": LEAD_77},
            stage.acme.employees[ANNA],
            "en",
        ),
    )
    session = requests.Session()
    page = session.post(opened["action"], data=opened["fields"], timeout=60).content
    bare = _bare_route(page)
    rows = []
    for _ in range(ROUNDS + 3):
        stage.acme.calls.reset()
        whole = _time_ms(session, opened["action"], opened["fields"])
        portal = sum(call.duration_s for call in stage.acme.calls) * 1000
        rows.append((whole, portal, _time_ms(session, f"{bare.url}/same", opened["fields"])))
    bare.stop()
    return OpeningTimes(*(statistics.median(column) for column in zip(*rows[3:], strict=True)))


def _bare_route(page: bytes) -> Listener:
    app = Flask("bare")
    app.add_url_rule("/same", "same", lambda: page, methods=["POST"])
    return Listener(lambda: app)


def _time_ms(session: requests.Session, url: str, fields: dict[str, str]) -> float:
    start = time.perf_counter()
    answer = session.post(url, data=fields, timeout=60)
    elapsed = (time.perf_counter() - start) * 1000
    answer.raise_for_status()
    return elapsed
