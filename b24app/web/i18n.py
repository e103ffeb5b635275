"""Which language a page speaks: the portal's for employees, the signer's for signers, else the browser's."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import Babel, get_locale

LOCALES = ("en", "uk")


def register(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.globals["get_locale"] = get_locale


def choose_locale() -> str:
    """Take g.locale (set by a door that knows the reader), the caller's language, or the browser's wish."""
    caller = g.get("caller")
    wished = g.get("locale") or (caller.lang if caller else None)
    if wished:
        return wished if wished in LOCALES else "en"
    return request.accept_languages.best_match(LOCALES, "en")
