"""What is written down about every request: one line, with a number that the caller may have given, and the figures.

The line names the route's template, never the path or the query: signers' links are secrets.
"""

from __future__ import annotations

import re
import secrets

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from b24app.clock import monotonic_s
from b24app.web.guards import context

HEADER = "X-Request-Id"
UNKNOWN = "unknown"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger()


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def route() -> str:
    """The template of the address that was asked for: `/s/<token>/view`."""
    return request.url_rule.rule if request.url_rule else UNKNOWN


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _SANE.fullmatch(given) else secrets.token_hex(16)
    g.started_s = monotonic_s()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:  # it failed before it was begun
        _begin()
    seconds = monotonic_s() - g.started_s
    response.headers[HEADER] = g.request_id
    context().observer.request_answered(route(), request.method, response.status_code, seconds)
    log.info(
        "request",
        route=route(),
        method=request.method,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 1),
    )
    return response


def _forget(_error: BaseException | None = None) -> None:
    clear_contextvars()
