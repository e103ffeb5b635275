"""The portal over HTTP: REST door, downloads, pages."""

from __future__ import annotations

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from b24app.sandbox.pages_app import new_app
from b24app.sandbox.portal.pages import downloads
from b24app.sandbox.portal.pages.backend import Backend
from b24app.sandbox.portal.pages.views import Views
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.rest import all_methods, door
from b24app.sandbox.serving import DROP_HEADER, Listener

assert all_methods.MODULES, "importing the modules registers the methods"


def flask_app(portal: Portal) -> Flask:
    """Build the portal's WSGI application."""
    app = new_app("portal", static_url_path="/-/static")
    downloads.register(app, portal)
    Backend(portal).register(app)
    Views(portal).register(app)

    @app.route("/rest/<path:method>", methods=["GET", "POST", "OPTIONS"], provide_automatic_options=False)
    def rest(method: str) -> Response:
        if request.method == "OPTIONS":
            return door.preflight()
        name, webhook = _webhook(method.strip("/"))
        return door.answer(portal, request, name.removesuffix(".json"), webhook)

    @app.before_request
    def troubles() -> Response | None:
        """A portal that is down for pages as well as for REST."""
        if not request.path.startswith("/rest/") and portal.faults.take("dropped", "page"):
            return Response("", headers={DROP_HEADER: "1"})
        return None

    return app


def _webhook(path: str) -> tuple[str, tuple[int, str] | None]:
    """/rest/1/secret/method is an incoming webhook; /rest/method is not."""
    parts = path.split("/")
    if len(parts) == 3 and parts[0].isdigit():
        return parts[2], (int(parts[0]), parts[1])
    return path, None


def moved_app(new_url: str) -> Flask:
    """What answers at a portal's old address after a rename: 302 to the new one for everything."""
    app = Flask("b24app.sandbox.moved", static_folder=None)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "OPTIONS"])
    @app.route("/<path:path>", methods=["GET", "POST", "OPTIONS"])
    def moved(path: str) -> BaseResponse:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        return redirect(f"{new_url}/{path}{query}", 302)

    return app


def listen(portal: Portal, port: int = 0) -> None:
    """Start serving a portal."""
    portal.listener = Listener(lambda: flask_app(portal), port)


def move(portal: Portal) -> tuple[str, str]:
    """Rename a portal: it goes on at a new address, the old one answers 302. Gives old and new URL."""
    old = portal.listener
    portal.listener = Listener(lambda: flask_app(portal), 0)
    new_url = portal.url
    old.serve_instead(lambda: moved_app(new_url))
    portal.retired.append(old)
    return old.url, new_url
