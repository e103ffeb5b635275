"""Stands between a client and a stand-in and writes down every request and answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

from b24app.sandbox.serving import Listener


@dataclass
class Exchange:
    """One request, read by werkzeug, and what came back."""

    request: Request
    body: bytes
    status: int
    headers: Headers
    answer: bytes


class Witness:
    """WSGI middleware; `exchanges` in the order they happened."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._app = build()
        self.exchanges: list[Exchange] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        seen: list[Any] = []

        def noted(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen[:] = [int(status.split()[0]), Headers(headers)]
            return start_response(status, headers, exc_info)

        answer = b"".join(self._app({**environ, "wsgi.input": io.BytesIO(body)}, noted))
        request = Request({**environ, "wsgi.input": io.BytesIO(body)})
        self.exchanges.append(Exchange(request, body, *seen, answer))
        return [answer]


def watch(listener: Listener, build: Callable[[], Any]) -> Witness:
    """Let a witness serve on a listener from now on."""
    witness = Witness(build)
    listener.serve_instead(lambda: witness)
    return witness
