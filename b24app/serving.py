"""The production web server: gunicorn with threads, configured here so that one command runs it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from b24app import create_app
from b24app.logs import configure_logs
from b24app.settings import Settings


class _Logger(Logger):
    """gunicorn's words go out as lines like ours."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """gunicorn embedded (docs.gunicorn.org, Custom Application): every worker process builds its own application."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self.settings = settings
        self._options = _options(settings, workers)
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        return create_app(self.settings, shares_figures=True)


def serve(settings: Settings, workers: int) -> None:
    """Serve until SIGTERM."""
    configure_logs(settings.log_level)
    Server(settings, workers).run()


def _options(settings: Settings, workers: int) -> dict[str, Any]:
    """Threads carry slow portals; gunicorn's access log is off, for addresses carry secrets."""
    return {
        "bind": settings.bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": 8,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        "accesslog": None,
        "logger_class": _Logger,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
