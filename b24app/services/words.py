"""Sentences in a given language outside a web request: for cards, log entries and notifications in a portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

from b24app.documents import formats

DIRECTORY = Path(__file__).parent.parent / "translations"

Say = Callable[..., str]


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(DIRECTORY), [locale])


def speaker(locale: str) -> Say:
    """Return `say(message, **params)`: the message in that language, with its `%(name)s` filled in.

    Days and moments are written as readers of the language write them.
    """
    catalogue = _catalogue(locale)

    def say(message: str, **params: Any) -> str:
        text = catalogue.ugettext(message)
        return text % readable(params, locale) if params else text

    return say


def readable(params: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Write days and moments, in the time zone they carry, among the values that a sentence is filled with."""
    return {name: _readable(value, locale) for name, value in params.items()}


def _readable(value: Any, locale: str) -> Any:
    if isinstance(value, datetime):
        return f"{formats.date(value.date(), locale)}, {value:%H:%M}"
    return formats.date(value, locale) if isinstance(value, date) else value
