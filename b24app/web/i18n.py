"""Which language a page speaks: the portal's for employees, the signer's for signers, else the browser's."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_translations

LOCALES = ("en", "uk")


def register(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.globals["get_locale"] = get_locale
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # jinja2.ext.i18n adds it
        gettext=lambda text: _said_in(get_locale()).gettext(text),
        ngettext=lambda one, many, n: _said_in(get_locale()).ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]  # Jinja's own alias looks it up at every sentence


@cache
def _said_in(_locale: Locale | None) -> NullTranslations:
    """Find the catalogue of a language once: Flask-Babel looks for it at every sentence, a fifth of a page's time."""
    return get_translations()


def choose_locale() -> str:
    """Take g.locale (set by a door that knows the reader), the caller's language, or the browser's wish."""
    caller = g.get("caller")
    wished = g.get("locale") or (caller.lang if caller else None)
    if wished:
        return wished if wished in LOCALES else "en"
    return request.accept_languages.best_match(LOCALES, "en")
