"""Start page at `/`, control API at `/control/…` (JSON). See README.md for the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, jsonify, render_template, request

from b24app.sandbox.control import docusign, dropbox_sign
from b24app.sandbox.control.acts import ACTS
from b24app.sandbox.control.views import VIEWS
from b24app.sandbox.faults import KINDS
from b24app.sandbox.pages_app import new_app
from b24app.sandbox.serving import Listener

if TYPE_CHECKING:
    from b24app.sandbox.world import Sandbox

SERVICES = {"dropbox_sign": dropbox_sign, "docusign": docusign}


class Control:
    """Serves the start page and does to the sandbox what a test asks."""

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        self.listener = Listener(self._flask, port)

    @property
    def url(self) -> str:
        return self.listener.url

    def _flask(self) -> Flask:
        app = new_app("control")
        app.add_url_rule("/", "start", self.start)
        app.add_url_rule("/control/apps", "apps", lambda: jsonify(self.sandbox.apps))
        app.add_url_rule("/control/faults", "faults", self.faults, methods=["GET", "POST", "DELETE"])
        app.add_url_rule("/control/<target>/<what>", "view", self.view, methods=["GET"])
        app.add_url_rule("/control/<target>/<what>", "act", self.act, methods=["POST", "DELETE"])
        return app

    def start(self) -> str:
        return render_template("start.html", sandbox=self.sandbox)

    def faults(self) -> Response:
        """POST {"target": "acme", "kind": "query_limit", "times": 3, "method": …}; DELETE clears all."""
        if request.method == "DELETE":
            self.sandbox.clear_faults()
        elif request.method == "POST":
            given = self._given()
            target = str(given.pop("target", "acme"))
            if given.get("kind") not in KINDS:
                return self._refused(f"kind must be one of: {', '.join(KINDS)}")
            try:
                self.sandbox.troubled(target).add(**given)
            except (KeyError, TypeError) as error:
                return self._refused(str(error))
        return jsonify({name: target.faults.listed() for name, target in self.sandbox.targets.items()})

    def view(self, target: str, what: str) -> Response:
        views = SERVICES[target].VIEWS if target in SERVICES else VIEWS
        return jsonify(self._run(views, target, what, dict(request.args)))

    def act(self, target: str, what: str) -> Response:
        if request.method == "DELETE":
            what = f"reset-{what}"
        acts = SERVICES[target].ACTS if target in SERVICES else ACTS
        return jsonify(self._run(acts, target, what, self._given()))

    def _run(self, table: Mapping[str, Callable[..., Any]], target: str, what: str, given: dict[str, Any]) -> Any:
        if target not in {*self.sandbox.portals, *SERVICES} or what not in table:
            abort(404)
        return table[what](self.sandbox.targets[target], given)

    def _given(self) -> dict[str, Any]:
        return request.get_json(silent=True) or dict(request.form) or {}

    def _refused(self, why: str) -> Response:
        response = jsonify({"error": why})
        response.status_code = 400
        return response
