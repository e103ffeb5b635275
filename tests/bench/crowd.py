"""A portal with very many requests, written straight into a database: the rows that services would have written.

Everything about a request follows from its number. Documents, towns and people come from short lists, so that a
thousand requests show the same words as a million; numbers and ids differ for each.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

import psycopg

from b24app.domain.findable import EVERYBODYS, card_mark, marks_of, reader_of, text_words
from b24app.domain.folding import words_in
from b24app.domain.signature_request import Status
from b24app.store.search import Place
from b24app.store.tables import Request, RequestText, RequestWord, SignerRow, Table

PORTAL = "6e7f0d2c9a8b4c1d8e5f3a2b1c0d9e8f"
ANNA, BORIS = 1, 2  # Anna sends four of five documents
KINDS = ("Services agreement", "Supply contract", "Confidentiality agreement", "Lease", "Services order")
TOWNS = ("Berlin", "Kyiv", "Lviv", "Warsaw", "Paris")
FIRST = ("Anna", "Andrij", "Angela", "Marco", "Maria", "Marek", "Olena", "Oleh", "Petra", "Peter",
         "Sofia", "Stefan", "Taras", "Teresa", "Ute", "Vera", "Viktor", "Walter", "Yuri", "Zoe")  # fmt: skip
LAST = ("Anderson", "Bondarenko", "Carlsen", "Danilova", "Eller", "Frank", "Gonzalez", "Haber", "Ivanenko", "Kovalchuk",
        "Lindberg", "Melnyk", "Novak", "Ortega", "Petrenko", "Rossi", "Schmidt", "Tkachuk", "Ulrich",
        "Weber")  # fmt: skip
STATUSES = (Status.AWAITING_SIGNATURES, *[Status.COMPLETED] * 7, Status.DECLINED, Status.VOIDED)
START_MS, APART_MS = 1_700_000_000_000, 60_000

Row = tuple[Any, ...]


def write_sqlite(path: Path, size: int) -> None:
    """Fill an empty database of today's schema, without the care that a living one needs."""
    with sqlite3.connect(path) as connection:
        for pragma in ("journal_mode=off", "synchronous=off", "locking_mode=exclusive", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        for table, columns, rows in _tables(size):
            places = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table._meta.table_name} ({', '.join(columns)}) VALUES ({places})"
            connection.executemany(sql, rows)
    connection.close()


def write_postgresql(url: str, size: int) -> None:
    """Do the same by COPY; keys are built afterwards, statistics and the map of visible rows as a server does later."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        for table, columns, rows in _tables(size):
            _copy(connection, table, columns, rows)
        connection.execute("VACUUM ANALYZE")


def place(n: int) -> Place:
    return Place(_created_at(n), _id(n))


def is_annas(n: int) -> bool:
    return _sender(n) == ANNA


def check(n: int) -> None:
    """Raise unless the application itself would find a request under exactly the words written here."""
    marks = marks_of(STATUSES[n // 3 % 10], _sender(n), is_troubled=False)
    real = text_words(_title(n), [_person(n)]) | marks | {card_mark(1, _card(n))}
    assert _words(n) == sorted(real), (_words(n), sorted(real))


def _copy(connection: psycopg.Connection, table: type[Table], columns: tuple[str, ...], rows: Iterator[Row]) -> None:
    name, key = table._meta.table_name, getattr(table._meta.primary_key, "field_names", ())
    if key:
        connection.execute(f"ALTER TABLE {name} DROP CONSTRAINT {name}_pkey")
    with connection.cursor().copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if key:
        connection.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({', '.join(key)})")


def _tables(size: int) -> Iterator[tuple[type[Table], tuple[str, ...], Iterator[Row]]]:
    """Yield what to write: table, columns, rows; the rows of words in the order of their key."""
    numbers = range(1, size + 1)
    yield _whole(Request, _REQUEST, map(_request, numbers))
    yield _whole(SignerRow, _SIGNER, map(_signer, numbers))
    yield RequestText, ("portal", "created_at", "request", "words"), map(_text, numbers)
    yield RequestWord, ("portal", "reader", "word", "created_at", "request"), _word_rows(size)


def _whole(
    table: type[Table], columns: tuple[str, ...], rows: Iterator[Row]
) -> tuple[type[Table], tuple[str, ...], Iterator[Row]]:
    """Add the columns that every row has the same in: what the application writes where nothing is said."""
    left = [f for f in table._meta.sorted_fields if f.column_name not in columns and f.default is not None]
    same = tuple(f.db_value(f.default() if callable(f.default) else f.default) for f in left)
    return table, (*columns, *(f.column_name for f in left)), (row + same for row in rows)


def _word_rows(size: int) -> Iterator[Row]:
    """Collect the numbers under each reader and word, then write them in the order of the key."""
    found: dict[tuple[str, bytes], array[int]] = defaultdict(lambda: array("I"))
    for n in range(1, size + 1):
        own = reader_of(_sender(n))
        for word in _words(n):
            encoded = word.encode()
            found[EVERYBODYS, encoded].append(n)
            found[own, encoded].append(n)
    ids, times = ([of(n) for n in range(size + 1)] for of in (_id, _created_at))
    for key in sorted(found):
        numbers = found.pop(key)
        when, which = (map(column.__getitem__, numbers) for column in (times, ids))
        yield from zip(repeat(PORTAL), repeat(key[0]), repeat(key[1]), when, which, strict=False)


def _words(n: int) -> list[str]:
    """Put the words of a request together from those of its few parts: a million times, so that `check` is needed."""
    name, address = _person(n)
    parts = (_few(f"{KINDS[n % 5]} {TOWNS[n // 5 % 5]}"), _few(f"{name} company{n % 100} example"),
             _marks(n // 3 % 10, _sender(n)), {str(n), f"@{address}", card_mark(1, _card(n))})  # fmt: skip
    return sorted(set().union(*parts))


@cache
def _few(text: str) -> frozenset[str]:
    return words_in(text)


@cache
def _marks(stage: int, responsible_id: int) -> frozenset[str]:
    return marks_of(STATUSES[stage], responsible_id, is_troubled=False)


def _id(n: int) -> str:
    return base64.urlsafe_b64encode(hashlib.md5(b"%d" % n).digest()).decode()[:22]


def _title(n: int) -> str:
    return f"{KINDS[n % 5]} {TOWNS[n // 5 % 5]} {n}"


def _person(n: int) -> tuple[str, str]:
    first, last = FIRST[n // 7 % 20], LAST[n // 11 % 20]
    return f"{first} {last}", f"{first}.{last}@company{n % 100}.example".lower()


def _sender(n: int) -> int:
    return ANNA if n // 50 % 5 else BORIS


def _card(n: int) -> int:
    return n // 20 + 1


def _created_at(n: int) -> int:
    return START_MS + n * APART_MS


_REQUEST = ("id", "portal", "seq", "status", "title", "sender_id", "responsible_id", "needs_approval", "entity_type_id",
            "entity_id", "locale", "time_zone", "provider", "document_sha256", "final_sha256", "fields", "pages",
            "letter", "checkboxes", "people", "created_at", "reason")  # fmt: skip
_SIGNER = ("id", "portal", "request", "position", "name", "email", "signing_order", "role", "status", "company",
           "locale", "decline_reason")  # fmt: skip


def _request(n: int) -> Row:
    status = str(STATUSES[n // 3 % 10])
    return (_id(n), PORTAL, 9, status, _title(n), _sender(n), _sender(n), True, 1, _card(n), "en", "UTC", "builtin",
            "0" * 64, "", "[]", "[[595, 842], [595, 842]]", "{}", "{}", "{}", _created_at(n), "")  # fmt: skip


def _text(n: int) -> Row:
    return PORTAL, _created_at(n), _id(n), f" {' '.join(_words(n))} "


def _signer(n: int) -> Row:
    name, address = _person(n)
    return (f"s{n}", PORTAL, _id(n), 1, name, address, 1, "signer", "signed", "", "en", "")
