"""The same page on an address of its own, for a machine that runs workers only (PARAPH_METRICS_BIND)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog

from b24app.metrics.page import CONTENT_TYPE_LATEST, may_scrape

REQUEST_S = 10

log = structlog.get_logger()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_S

    def log_message(self, *_arguments: Any) -> None:
        """Addresses stay out of the log."""


def listen(page: Callable[[], bytes], token: str, bind: str) -> None:
    """Serve from a thread until the process ends; says so when the address is taken, and lets the worker work."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics" or not may_scrape(token, environ):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is nothing at this address."]
        start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [page()]

    host, _, port = bind.rpartition(":")
    try:
        server = _Server((host.strip("[]"), int(port)), _Handler)
    except OSError as error:
        log.warning("metrics_not_served", bind=bind, error=type(error).__name__, why=error.strerror)
        return
    server.set_app(answer)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
