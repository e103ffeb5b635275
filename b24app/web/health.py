"""For operators: is the process alive, is it ready to serve. No secrets, no names."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from peewee import PeeweeException

from b24app import __version__
from b24app.errors import StorageError
from b24app.settings import Settings
from b24app.store import heartbeat, migrate
from b24app.store.database import database
from b24app.web.guards import context

bp = Blueprint("health", __name__)

log = structlog.get_logger()


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive", version=__version__)


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 when every part works, 503 naming the part that does not.

    Whether a worker lives is told, and changes nothing: pages are served without one, and its work waits.
    """
    settings = context().settings
    parts = {name: _works(name, check, settings) for name, check in CHECKS.items()}
    is_ready = all(parts.values())
    words = {name: "ok" if works else "failing" for name, works in parts.items()}
    answer = {"status": "ready" if is_ready else "not ready", "parts": words, "worker": _worker()}
    return jsonify(answer), 200 if is_ready else 503


def _worker() -> str:
    try:
        age_s = heartbeat.age_s(context().now())
    except PeeweeException:
        return "unknown"
    return "seen lately" if age_s is not None and age_s < heartbeat.LATELY_S else "not seen lately"


def _works(name: str, check: Callable[[Settings], None], settings: Settings) -> bool:
    try:
        check(settings)
    except (OSError, PeeweeException, StorageError, _NotReady) as error:
        log.error("not_ready", part=name, error=type(error).__name__, why=str(error))
        return False
    return True


class _NotReady(Exception):
    """A part answers, but not as it must."""


def _database(_settings: Settings) -> None:
    database.execute_sql("SELECT 1")


def _migrations(_settings: Settings) -> None:
    pending = migrate.pending()
    if pending:
        raise _NotReady(f"not applied: {', '.join(pending)}")


def _blobs(_settings: Settings) -> None:
    context().blobs.check()


def _queue(settings: Settings) -> None:
    if settings.queue.startswith("sqlite:///"):
        _write_into(Path(settings.queue.removeprefix("sqlite:///")).parent)


def _write_into(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b".")


CHECKS: dict[str, Callable[[Settings], None]] = {
    "database": _database,
    "migrations": _migrations,
    "documents": _blobs,
    "queue": _queue,
}
