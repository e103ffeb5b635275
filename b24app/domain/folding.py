"""Text as a search compares it: what differs only in case, accents or apostrophes is the same word. Pure.

Any script. Accents go where they only mark a letter (é, ö, a stress, vowel points) and stay where they make another one
(й, ї, ў, が). Chinese and Japanese are written without spaces: each of their characters is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

LONGEST = 80  # characters of a word that are looked at
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼʹʻ`´′＇"), "'")  # before normalising, which tears some of them off, and after
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_ACCENTS = re.compile(
    "(?<![иіу])[\u0306\u0308]"  # over these three a breve or a diaeresis makes a letter of its own
    "|[\u0300-\u0305\u0307\u0309-\u036f]"
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # Hebrew points
    "|[\u0640\u064b-\u065f\u0670]"  # Arabic vowels and the stretching of a word
)
_SIGNS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SIGN_OR_RUN = re.compile(f"[{_SIGNS}]|[^{_SIGNS}]+")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]@]+@[^\s<>,;:\"()\[\]@]+")


def fold(text: str) -> str:
    """Give text the form in which it is compared."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold().translate(_LETTERS | _APOSTROPHES)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", plain)))


def words_in(text: str) -> frozenset[str]:
    """Collect the words under which a text is found.

    An e-mail address is found whole (an @ stands before it then) and by its parts; a word with an apostrophe is found
    without it and by its longer parts.
    """
    folded = fold(text)
    words = {_whole(address) for address in _ADDRESS.findall(folded)}
    for word in _split(folded):
        parts = [part for part in word.split("'") if len(part) > 1]
        words.update(piece for text in (word.replace("'", ""), *parts) for piece in _pieces(text))
    return frozenset(words)


def words_asked(text: str) -> tuple[str, ...]:
    """Read the words of a search in their order, each once; the last one may be unfinished."""
    words: list[str] = []
    for chunk in fold(text).split():
        address = _ADDRESS.search(chunk)
        words += [_whole(address[0])] if address else _plain_words(chunk)
    return tuple(dict.fromkeys(words[:-1])) + tuple(words[-1:])


def _plain_words(text: str) -> Iterator[str]:
    for word in _split(text):
        yield from _pieces(word.replace("'", ""))


def _split(text: str) -> Iterator[str]:
    """Split at whatever is neither letter, digit nor mark; apostrophes stay inside of words."""
    for is_inside, run in groupby(text, key=_is_inside):
        word = "".join(run).strip("'") if is_inside else ""
        if word:
            yield word


def _is_inside(character: str) -> bool:
    return character == "'" or unicodedata.category(character)[0] in "LNM"


def _pieces(word: str) -> Iterator[str]:
    for piece in _SIGN_OR_RUN.findall(word):
        yield piece[:LONGEST]


def _whole(address: str) -> str:
    return "@" + address.strip(".'")[: LONGEST - 1]
