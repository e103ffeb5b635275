"""Sentences in a given language outside a web request: for cards, log entries and notifications in a portal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

DIRECTORY = Path(__file__).parent.parent / "translations"

Say = Callable[..., str]


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(DIRECTORY), [locale])


def speaker(locale: str) -> Say:
    """Return `say(message, **params)`: the message in that language, with its `%(name)s` filled in."""
    catalogue = _catalogue(locale)

    def say(message: str, **params: Any) -> str:
        text = catalogue.ugettext(message)
        return text % params if params else text

    return say
