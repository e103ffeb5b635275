"""A server that receives events: keeps everything, answers what it is told to."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server


@dataclass(frozen=True)
class Received:
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes
    form: dict[str, str]


class Receiver:
    """`answers` are used up one by one, then `answer` is given; each is (words, status)."""

    def __init__(self, answer: str = "") -> None:
        self.posts: list[Received] = []
        self.answers: list[tuple[str, int]] = []
        self.answer = answer
        app = Flask("receiver")
        app.add_url_rule("/<path:path>", "post", self._post, methods=["POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _post(self, path: str) -> tuple[str, int]:
        raw = request.get_data(cache=True, parse_form_data=False)
        self.posts.append(Received(path, dict(request.headers), raw, request.form.to_dict()))
        return self.answers.pop(0) if self.answers else (self.answer, 200)

    def stop(self) -> None:
        self._server.shutdown()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()
