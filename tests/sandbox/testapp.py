"""A tiny application under localhost, to be framed by the portal: every page runs the official JS SDK."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

SDK = Path(__file__).parents[2] / "static/vendor/b24jssdk-2.2.0"

PAGE = """<!doctype html><html><body style="font:15px system-ui;padding:24px;margin:0">
<h1 id="state">loading</h1><pre id="seen"></pre>
<script src="/sdk/index.min.js"></script>
<script>
  window.launch = %s;
  window.ready = B24Js.initializeB24Frame().then((b24) => {
    window.b24 = b24;
    document.getElementById("state").textContent = "ready";
    document.getElementById("seen").textContent = JSON.stringify(window.launch, null, 1);
  });
</script></body></html>"""


class TestApp:
    """Keeps every POST it gets: `launches` (frames) and `posts` (events, robots)."""

    __test__ = False

    def __init__(self) -> None:
        self.launches: list[dict[str, Any]] = []
        self.posts: list[dict[str, str]] = []
        self._server = make_server("localhost", 0, self._flask(), threaded=True)
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _flask(self) -> Flask:
        app = Flask("testapp", static_folder=str(SDK), static_url_path="/sdk")
        for path in ("/", "/install", "/frame"):
            app.add_url_rule(path, path, self._frame, methods=["GET", "POST"])
        app.add_url_rule("/events", "events", self._event, methods=["POST"])
        return app

    def _frame(self) -> str:
        if "event" in request.form:
            return self._event()
        launch = {"path": request.path, "query": request.args.to_dict(), "body": request.form.to_dict()}
        self.launches.append(launch)
        from flask import json

        return PAGE % json.dumps(launch).replace("</", "<\\/")

    def _event(self) -> str:
        self.posts.append(request.form.to_dict())
        return "ok"

    def stop(self) -> None:
        self._server.shutdown()

    def __enter__(self) -> TestApp:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
