"""In which language a piece of text is set: what the typesetter must know about writing other than the document's."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_RANGES = (
    ("he", 0x0590, 0x05FF),
    ("ar", 0x0600, 0x06FF),
    ("ar", 0x0750, 0x077F),
    ("ar", 0x08A0, 0x08FF),
    ("th", 0x0E00, 0x0E7F),
    ("ja", 0x3040, 0x30FF),
    ("zh", 0x3400, 0x9FFF),
    ("zh", 0xF900, 0xFAFF),
    ("he", 0xFB1D, 0xFB4F),
    ("ar", 0xFB50, 0xFDFF),
    ("ar", 0xFE70, 0xFEFF),
    ("zh", 0x20000, 0x323AF),
)
RIGHT_TO_LEFT = frozenset({"ar", "he"})


def language_of_text(text: str) -> str:
    """Name the language that decides how text is set, "" when the document's own does.

    Direction follows the first letter (Unicode's rule P2); Chinese, Japanese and Thai decide where they are the greater
    part, and any kana makes it Japanese.
    """
    if text.isascii():
        return ""
    letters = [_language_of(char) for char in text if _is_letter(char)]
    if not letters:
        return ""
    if letters[0] in RIGHT_TO_LEFT:
        return letters[0]
    eastern = [language for language in letters if language in ("zh", "ja", "th")]
    if len(eastern) * 2 < len(letters):
        return ""
    return "ja" if "ja" in eastern else max(set(eastern), key=eastern.count)


@lru_cache(maxsize=4096)
def _language_of(letter: str) -> str:
    code = ord(letter)
    return next((language for language, first, last in _RANGES if first <= code <= last), "")


@lru_cache(maxsize=4096)
def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] == "L"
