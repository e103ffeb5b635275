"""Find requests by words and marks, newest first, in a time that does not grow with their number.

Each word has its rows in the order of time, for each reader (RequestWord). One word is a walk down its rows; a
beginning of a word, down the rows of the words that begin so, merged; several words, down the rows of the rarest,
looking each request's other words up. A walk looks at a bounded number of rows and says where it stopped, so that it
can go on.

Plain SQL: building these queries would cost more than running them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from b24app.domain.findable import Mark
from b24app.store.database import database

ALTERNATIVES = 20  # words that begin as the last one does; more are not enumerated, but looked for along the way
PROBED = 50  # the rarer of two words is the one whose 50th newest row is older
FIRST_STEP, LEAST_STEP, LONGEST_WALK = 100, 50, 2000  # rows looked at: at first, then, and at most for one page


class Place(NamedTuple):
    """A request's place in a list that is sorted by time."""

    created_at: int
    request: str

    def __str__(self) -> str:
        return f"{self.created_at}-{self.request}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Read what `str` wrote; anything else is no place."""
        found = re.fullmatch(r"(\d{1,18})-([\w-]{1,64})", text)
        return cls(int(found[1]), found[2]) if found else None


NEWEST = Place(2**62, "")


@dataclass(frozen=True)
class Query:
    """Whole words and marks, all of which a request must have, and the beginning of one more."""

    portal: str
    reader: str
    words: frozenset[str]
    beginning: str = ""


class Way(NamedTuple):
    """How a query is answered: whose rows are walked, and what each request met there must have besides."""

    walked: tuple[str, ...]
    words: frozenset[str]
    beginning: str


@dataclass(frozen=True)
class Found:
    """Requests, newest first. `next` is where to go on, None at the end; `is_cut` when the walk was given up early."""

    ids: tuple[str, ...]
    next: Place | None = None
    is_cut: bool = False


def find(query: Query, most: int, before: Place = NEWEST, *, longest: int = LONGEST_WALK) -> Found:
    """Return at most so many requests from a place on, that one left out."""
    way = _way(query, before)
    found: dict[str, Place] = {}
    place, looked = before, 0
    step = min(FIRST_STEP, longest) if way.words or way.beginning else most + 1
    while step > 0:
        rows = _rows(query, way, place, step)
        for created_at, request, *texts in rows:
            place = Place(created_at, request)
            if _fits(way, *texts):
                found[request] = place
        if len(found) > most or len(rows) < step:
            return _page(found, most)
        looked += step
        step = min(_next_step(looked, len(found), most), longest - looked)
    return Found(tuple(found), place, is_cut=True)


def _next_step(looked: int, found: int, most: int) -> int:
    """As many rows as it should take to fill the page, by what was found so far."""
    expected = (most + 1 - found) * looked * 5 // 4 // max(found, 1)
    return max(expected, LEAST_STEP)


def count(query: Query, most: int) -> int:
    """Count the requests with the one word of a query, up to a bound."""
    [word] = query.words
    return int(_ask(_COUNT, [query.portal, query.reader, word.encode(), *NEWEST, most])[0][0])


def _page(found: dict[str, Place], most: int) -> Found:
    ids = tuple(found)[:most]
    return Found(ids, found[ids[-1]] if len(found) > most else None)


def _way(query: Query, before: Place) -> Way:
    """Choose the walk with the fewest rows to look at."""
    ways = _ways(query)
    return ways[0] if len(ways) == 1 else min(ways, key=lambda way: _depth(query, way, before))


def _ways(query: Query) -> list[Way]:
    """List the walks that answer a query."""
    words, beginning = query.words, query.beginning
    if _is_whole_number(query):
        words, beginning = words | {beginning}, ""
    ways = [Way((word,), words - {word}, beginning) for word in sorted(words)]
    alternatives = _beginning_so(query) if beginning else []
    if beginning and len(alternatives) <= ALTERNATIVES:
        ways.append(Way(tuple(alternatives), words, ""))
    return ways or [Way((Mark.ALL,), words, beginning)]


def _is_whole_number(query: Query) -> bool:
    """Say whether the last word is a number that stands somewhere: who looks for 77 does not mean 7700."""
    return query.beginning.isdecimal() and bool(_rows(query, _only(query.beginning), NEWEST, 1))


def _only(*words: str) -> Way:
    return Way(words, frozenset(), "")


def _depth(query: Query, way: Way, before: Place) -> int:
    """Tell how far back a walk's 50th row lies; 0 when it has fewer."""
    rows = _rows(query, _only(*way.walked), before, PROBED)
    return int(rows[-1][0]) if len(rows) == PROBED else 0


def _fits(way: Way, text: str = "") -> bool:
    return all(f" {word} " in text for word in way.words) and (not way.beginning or f" {way.beginning}" in text)


_WALK = """SELECT created_at, request FROM (SELECT created_at, request FROM request_word
    WHERE portal = ? AND reader = ? AND word = ? AND (created_at, request) < (?, ?)
    ORDER BY created_at DESC, request DESC LIMIT ?) AS walked"""
_COUNT = f"SELECT COUNT(*) FROM ({_WALK}) AS counted"  # noqa: S608
_WITH_TEXT = """SELECT met.created_at, met.request, request_text.words FROM ({walk}) AS met
    JOIN request_text
    ON request_text.portal = ? AND request_text.created_at = met.created_at AND request_text.request = met.request
    ORDER BY 1 DESC, 2 DESC"""
_BEGINNING_SO = """WITH RECURSIVE begun(word) AS (
        SELECT (SELECT word FROM request_word WHERE portal = ? AND reader = ? AND word >= ? AND word < ?
            ORDER BY word LIMIT 1)
        UNION ALL
        SELECT (SELECT word FROM request_word WHERE portal = ? AND reader = ? AND word > begun.word AND word < ?
            ORDER BY word LIMIT 1)
        FROM begun WHERE begun.word IS NOT NULL
    ) SELECT word FROM begun WHERE word IS NOT NULL LIMIT ?"""


def _rows(query: Query, way: Way, before: Place, most: int) -> list[Any]:
    """Walk down the rows of some words, merged; with the requests' texts where more must be looked at."""
    if not way.walked:
        return []
    walk = f"{' UNION ALL '.join([_WALK] * len(way.walked))} ORDER BY 1 DESC, 2 DESC LIMIT ?"
    values = [value for word in way.walked for value in (query.portal, query.reader, word.encode(), *before, most)]
    if way.words or way.beginning:
        return _ask(_WITH_TEXT.format(walk=walk), [*values, most, query.portal])
    return _ask(walk, [*values, most])


def _beginning_so(query: Query) -> list[str]:
    """List the words that begin as the last one does, in their order, by skipping from one to the next."""
    start = query.beginning.encode()
    end = start + b"\xff"  # a byte that no word contains
    own = (query.portal, query.reader)
    rows = _ask(_BEGINNING_SO, [*own, start, end, *own, end, ALTERNATIVES + 1])
    return [bytes(word).decode() for (word,) in rows]


def _ask(sql: str, values: list[Any]) -> list[Any]:
    return list(database.execute_sql(sql.replace("?", database.param), values).fetchall())
