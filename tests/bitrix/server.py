"""A small real HTTP server that answers what a test tells it to, and notes what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    verb: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def method(self) -> str:
        return self.path.rpartition("/rest/")[2]


@dataclass
class Reply:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay_s: float = 0
    cut: bool = False  # read the request, then hang up without an answer
    drip: bool = False  # one byte at a time


Answerer = Callable[[Asked], Reply]


class Server:
    """Answers by path; a method without an answerer is a failure the test will see (HTTP 599)."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Answerer] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                outer._handle(self)

            do_GET = do_POST = handle_any  # noqa: N815

            def log_message(self, *arguments: Any) -> None:
                pass

        class Http(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that hang up are part of the tests."""

        self._http = Http(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rest(self) -> str:
        return self.url + "/rest/"

    def on(self, path: str, answer: Any) -> None:
        """Answer a path with a Reply, a JSON value, or whatever a function makes of the request."""
        if callable(answer):
            self.answers[path] = answer
        else:
            reply = answer if isinstance(answer, Reply) else Reply(answer)
            self.answers[path] = lambda _asked: reply

    def in_turn(self, path: str, *answers: Any) -> None:
        """Answer a path differently each time; the last answer stays."""
        left = [one if isinstance(one, Reply) else Reply(one) for one in answers]
        self.answers[path] = lambda _asked: left.pop(0) if len(left) > 1 else left[0]

    def count(self, path: str) -> int:
        return sum(1 for asked in self.asked if asked.path == path)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        text = handler.rfile.read(length)
        asked = Asked(
            verb=handler.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in handler.headers.items()},
            body=json.loads(text) if text else None,
        )
        self.asked.append(asked)
        answerer = self.answers.get(parts.path)
        self._write(handler, answerer(asked) if answerer else Reply({"error": "UNREGISTERED"}, 599))

    def _write(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.delay_s)
        if reply.cut:
            handler.close_connection = True
            return
        data = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **reply.headers,
        }.items():
            handler.send_header(name, value)
        handler.end_headers()
        pieces = [data[i : i + 1] for i in range(len(data))] if reply.drip else [data]
        for piece in pieces:
            try:
                handler.wfile.write(piece)
            except OSError:
                return
            time.sleep(0.02 if reply.drip else 0)
