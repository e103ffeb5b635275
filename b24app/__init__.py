"""Paraph: e-signature that lives inside Bitrix24."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from b24app.clock import Clock
    from b24app.settings import Settings

__version__ = "0.1.0"
ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None, now: Clock | None = None, *, shares_figures: bool = False) -> Flask:
    """Build the web application: wire, register, return.

    `now`: another clock than the usual one. `shares_figures` is for a server's process (wiring.wire).
    """
    from flask import Flask

    from b24app import settings as settings_module
    from b24app.web import doors
    from b24app.wiring import wire

    app = Flask("b24app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    ctx = wire(settings or settings_module.load(), now, is_web=True, shares_figures=shares_figures)
    doors.register(app, ctx)
    return app
