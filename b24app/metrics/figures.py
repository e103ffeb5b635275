"""What happened, counted: the observer that wiring.py hands to adapters and services."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary

HTTP_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SEAL_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Figures:
    """Counters and histograms of this process. Labels take few values, but for the portal's member_id."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter(
            "paraph_portal_calls",
            "Calls to portals, and for them to the OAuth server; portal is a member_id.",
            ["portal", "family", "outcome"],
            registry=registry,
        )
        self._waits = Summary(
            "paraph_rate_wait_seconds",
            "Waits for a portal's bucket of calls: waited, postponed by the worker, or refused to a page.",
            ["portal", "how"],
            registry=registry,
        )
        self._letters = Counter(
            "paraph_letters", "Letters given to the mail server: sent, or why not.", ["outcome"], registry=registry
        )
        self._seals = Histogram(
            "paraph_seal_seconds",
            "Time to stamp, certify, seal and store a document.",
            buckets=SEAL_BUCKETS_S,
            registry=registry,
        )
        self._requests = Counter(
            "paraph_http_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self._durations = Histogram(
            "paraph_http_request_seconds",
            "Time to answer a request.",
            ["route"],
            buckets=HTTP_BUCKETS_S,
            registry=registry,
        )

    def portal_called(self, portal: str, family: str, outcome: str) -> None:
        self._calls.labels(portal, family, outcome).inc()

    def rate_waited(self, portal: str, seconds: float, how: str) -> None:
        self._waits.labels(portal, how).observe(seconds)

    def letter_ended(self, outcome: str) -> None:
        self._letters.labels(outcome).inc()

    def document_sealed(self, seconds: float) -> None:
        self._seals.observe(seconds)

    def request_answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self._durations.labels(route).observe(seconds)
