"""The way every call goes in: ordered troubles first, then the act, then perhaps a lost answer; all is written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from flask import Flask, Response, jsonify, request

from b24app.sandbox.calls import Call
from b24app.sandbox.troubles import lose_answer, troubled

if TYPE_CHECKING:
    from b24app.sandbox.calls import CallLog
    from b24app.sandbox.faults import Faults

R = TypeVar("R", bound="Route")


@dataclass
class Entry:
    """What becomes known of a call while it is answered."""

    client: str | None = None
    error: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def through(faults: Faults, calls: CallLog, name: str, handle: Callable[[Entry], Response]) -> Response:
    """Answer one call of the operation `name`."""
    started, entry = time.perf_counter(), Entry()
    response = troubled(faults, name)
    if response is None:
        response = handle(entry)
        lose_answer(faults, response, name)
    spent = time.perf_counter() - started
    calls.add(
        Call(
            name,
            response.status_code,
            None,
            entry.client,
            entry.error,
            spent,
            time.time(),
            request.method,
            params=entry.params,
        )
    )
    return response


def made(answer: Any, status: int) -> Response:
    """A response: as it is, empty, or JSON."""
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response("", status, content_type="application/json")
    response = jsonify(answer)
    response.status_code = status
    return response


class Route(Protocol):
    """One operation: its name in the log and for troubles, and where it answers."""

    @property
    def name(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def rule(self) -> str: ...


def register(app: Flask, prefix: str, routes: Iterable[R], answer: Callable[[R, dict[str, str]], Response]) -> None:
    """Add an address for each route; `answer(route, path)` is called with what the address names."""
    for route in routes:
        app.add_url_rule(prefix + route.rule, route.name, _bound(route, answer), methods=[route.verb])


def _bound(route: R, answer: Callable[[R, dict[str, str]], Response]) -> Callable[..., Response]:
    return lambda **path: answer(route, path)
