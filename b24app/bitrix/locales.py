"""Bitrix24's language codes, which are not ISO. Source: api-reference/crm/data-types.md#lang-ids."""

from __future__ import annotations

IRREGULAR = {
    "ua": "uk",
    "la": "es",
    "br": "pt_BR",
    "sc": "zh_Hans",
    "tc": "zh_Hant",
    "vn": "vi",
    "kz": "kk",
    "in": "hi",
}
REGULAR = frozenset(
    {"en", "de", "fr", "it", "pl", "ru", "tr", "ja", "id", "ms", "th", "ar", "hi", "es", "uk", "vi", "kk"}
)


def locale_of(lang: str) -> str:
    """Turn Bitrix24's LANG into a locale: ua -> uk, br -> pt_BR; `en` when unknown."""
    code = lang.strip().lower()
    return IRREGULAR.get(code) or (code if code in REGULAR else "en")


def lang_of(locale: str) -> str:
    """Turn a locale back into Bitrix24's LANG: uk -> ua, pt_BR -> br."""
    return _LANGS.get(locale, locale)


_LANGS = {locale: lang for lang, locale in IRREGULAR.items() if lang != "in"}
