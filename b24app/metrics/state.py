"""How things stand, asked of the database at every scrape; every machine says the same, so it must not be summed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peewee import PeeweeException
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from b24app import __version__
from b24app.clock import Clock
from b24app.domain.events import Topic
from b24app.store import heartbeat, standing
from b24app.store.database import reading
from b24app.store.outbox import LANES


class State(Collector):
    """Everything that rows know. A database that does not answer is itself a figure."""

    def __init__(self, now: Clock) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield _gauge("paraph_build_info", "The version that runs.", "version", {__version__: 1})
        try:
            with reading():
                found = [*self._messages(), self._portals(), *self._worker()]
        except PeeweeException:
            found = []
        yield _single("paraph_database_up", "Whether the database answers.", 1 if found else 0)
        yield from found

    def _messages(self) -> Iterator[Metric]:
        lanes = {lane: standing.Lane(0, 0) for lane in LANES.values()} | dict(standing.lanes(self._now()))
        waiting = {lane: found.open for lane, found in lanes.items()}
        overdue = {lane: found.overdue_ms / 1000 for lane, found in lanes.items()}
        dead = {topic.value: 0 for topic in Topic} | dict(standing.dead_topics())
        yield _gauge("paraph_outbox_open_messages", "Messages still to be done.", "lane", waiting)
        words = "For how long the message that is longest due has been so."
        yield _gauge("paraph_outbox_oldest_due_seconds", words, "lane", overdue)
        yield _gauge("paraph_outbox_dead_messages", "Messages that were given up.", "topic", dead)

    def _portals(self) -> Metric:
        counts = standing.portals(self._now())
        return _gauge("paraph_portals", "Portals: installed, and of them those in trouble.", "state", counts)

    def _worker(self) -> Iterator[Metric]:
        """Nothing before a worker was ever seen."""
        age_s = heartbeat.age_s(self._now())
        if age_s is not None:
            yield _single("paraph_worker_seen_seconds", "How long ago a worker was last seen.", age_s)


def _gauge(name: str, words: str, label: str, figures: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, figure in figures.items():
        family.add_metric([value], figure)
    return family


def _single(name: str, words: str, figure: float) -> Metric:
    return GaugeMetricFamily(name, words, value=figure)
