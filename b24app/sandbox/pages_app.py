"""One way to make the Flask applications that have pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.json.provider import DefaultJSONProvider


class OrderedJson(DefaultJSONProvider):
    """Keeps the order of keys: blocks of an activity are shown in the order they were given."""

    sort_keys = False


def new_app(name: str, static_url_path: str = "/static") -> Flask:
    """A Flask application with the sandbox's templates and static files."""
    app = Flask(f"b24app.sandbox.{name}", root_path=str(Path(__file__).parent), static_url_path=static_url_path)
    app.json = OrderedJson(app)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0
    return app
