"""A portal with very many requests, written straight into a database: the rows that services would have written.

Everything about a request follows from its number. Kinds of documents, towns and people come from short lists, so that a
thousand requests show the same words as a million; numbers and ids differ for each.
"""

from __future__ import annotations

import base64
import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from typing import Any

from b24app.domain.findable import EVERYBODYS, card_mark, marks_of, reader_of, text_words
from b24app.domain.folding import words_in
from b24app.domain.signature_request import Status
from b24app.store.tables import Request, RequestText, RequestWord, SignerRow, Table

PORTAL = "6e7f0d2c9a8b4c1d8e5f3a2b1c0d9e8f"
EMPLOYEES = 4
KINDS = ("Services agreement", "Supply contract", "Confidentiality agreement", "Lease", "Services order")
TOWNS = ("Berlin", "Kyiv", "Lviv", "Warsaw", "Paris", "Madrid", "Odesa", "Vienna", "Prague", "Porto")
FIRST = ("Anna", "Andrij", "Angela", "Marco", "Maria", "Marek", "Olena", "Oleh", "Petra", "Peter", "Sofia", "Stefan",
         "Taras", "Teresa", "Ute", "Vera", "Viktor", "Walter", "Yuri", "Zoe")  # fmt: skip
LAST = ("Anderson", "Bondarenko", "Carlsen", "Danilova", "Eller", "Frank", "Gonzalez", "Haber", "Ivanenko", "Kovalchuk",
        "Lindberg", "Melnyk", "Novak", "Ortega", "Petrenko", "Rossi", "Schmidt", "Tkachuk", "Ulrich", "Weber")  # fmt: skip
STATUSES = (Status.AWAITING_SIGNATURES, Status.AWAITING_APPROVAL, *[Status.COMPLETED] * 6, Status.DECLINED,
            Status.VOIDED)  # fmt: skip
START_MS, APART_MS = 1_700_000_000_000, 60_000

Row = tuple[Any, ...]


def tables(size: int) -> Iterator[tuple[type[Table], tuple[str, ...], Iterator[Row]]]:
    """Yield what to write: table, columns, rows; the rows of words in the order of their key."""
    numbers = range(1, size + 1)
    yield Request, _REQUEST, (_request(n) for n in numbers)
    yield SignerRow, _SIGNER, (_signer(n) for n in numbers)
    yield RequestText, ("portal", "request", "words"), ((PORTAL, id_of(n), f" {' '.join(words(n))} ") for n in numbers)
    yield RequestWord, ("portal", "reader", "word", "created_at", "request"), _word_rows(size)


def id_of(n: int) -> str:
    return base64.urlsafe_b64encode(hashlib.md5(b"%d" % n).digest()).decode()[:22]


def title(n: int) -> str:
    return f"{KINDS[n % 5]} {TOWNS[n // 5 % 10]} {n}"


def person(n: int) -> tuple[str, str]:
    first, last = FIRST[n // 7 % 20], LAST[n // 11 % 20]
    return f"{first} {last}", f"{first}.{last}@company{n % 100}.example".lower()


def created_at(n: int) -> int:
    return START_MS + n * APART_MS


def words(n: int) -> list[str]:
    """Make the words of a request from the few that it is put together of; `check` holds them against the real ones."""
    name, address = person(n)
    parts = (_few(f"{KINDS[n % 5]} {TOWNS[n // 5 % 10]}"), _few(f"{name} company{n % 100} example"),
             _marks(n // 3 % 10, _sender(n)), {str(n), f"@{address}", card_mark(1, _card(n))})  # fmt: skip
    return sorted(set().union(*parts))


def check(n: int) -> None:
    """Raise unless the application finds a request under exactly these words."""
    marks = marks_of(STATUSES[n // 3 % 10], _sender(n), is_troubled=False)
    real = text_words(title(n), [person(n)]) | marks | {card_mark(1, _card(n))}
    assert words(n) == sorted(real), (words(n), sorted(real))


@cache
def _few(text: str) -> frozenset[str]:
    return words_in(text)


@cache
def _marks(stage: int, responsible_id: int) -> frozenset[str]:
    return marks_of(STATUSES[stage], responsible_id, is_troubled=False)


def _card(n: int) -> int:
    return n // 20 + 1


def _sender(n: int) -> int:
    return n // 7 % EMPLOYEES + 1


def _word_rows(size: int) -> Iterator[Row]:
    """Collect the numbers under each reader and word, then write them in the order of the key."""
    found: dict[tuple[str, bytes], array[int]] = defaultdict(lambda: array("I"))
    for n in range(1, size + 1):
        own = reader_of(_sender(n))
        for word in words(n):
            encoded = word.encode()
            found[EVERYBODYS, encoded].append(n)
            found[own, encoded].append(n)
    ids, times = ([of(n) for n in range(size + 1)] for of in (id_of, created_at))
    for key in sorted(found):
        numbers = found.pop(key)
        when, which = (map(column.__getitem__, numbers) for column in (times, ids))
        yield from zip(repeat(PORTAL), repeat(key[0]), repeat(key[1]), when, which, strict=False)


_REQUEST = ("id", "portal", "seq", "status", "title", "sender_id", "responsible_id", "needs_approval", "entity_type_id",
            "entity_id", "locale", "time_zone", "provider", "document_sha256", "final_sha256", "fields", "pages",
            "letter", "checkboxes", "people", "created_at", "reason")  # fmt: skip
_SIGNER = ("id", "portal", "request", "position", "name", "email", "signing_order", "role", "status", "company",
           "locale", "decline_reason")  # fmt: skip


def _request(n: int) -> Row:
    status = str(STATUSES[n // 3 % 10])
    return (id_of(n), PORTAL, 9, status, title(n), _sender(n), _sender(n), True, 1, _card(n), "en", "UTC", "builtin",
            "0" * 64, "", "[]", "[[595, 842], [595, 842]]", "{}", "{}", "{}", created_at(n), "")  # fmt: skip


def _signer(n: int) -> Row:
    name, address = person(n)
    return (f"s{n}", PORTAL, id_of(n), 1, name, address, 1, "signer", "signed", "", "en", "")
