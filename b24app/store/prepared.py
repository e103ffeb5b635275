"""Queries whose SQL is built once a process: for the few that run with every message, building costs more than running.

    _TAKE = Prepared(lambda: Portal.update({Portal.lease_by: hole("holder")}).where(Portal.member_id == hole("portal")))
    _TAKE.change(holder="w1", portal="p1")

What a hole is filled with goes to the database as it is: text, whole numbers, True and False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from peewee import BaseQuery, Field, Model, Value

from b24app.store.database import database


@dataclass(frozen=True)
class _Hole:
    name: str


M = TypeVar("M", bound=Model)
Written = tuple[str, Sequence[Any]]


def hole(name: str) -> Value:
    """Stand for a value in a query that `Prepared` builds."""
    return Value(_Hole(name), converter=False)


class Prepared:
    """One query, built when it is first run on a kind of database; `build` leaves holes where values come later.

    It makes a query of Peewee's, or SQL written by hand with what belongs to its marks.
    """

    def __init__(self, build: Callable[[], BaseQuery | Written]) -> None:
        self._build = build
        self._built: dict[str, Written] = {}

    def change(self, **values: Any) -> int:
        """Run an update; returns how many rows it changed."""
        return int(self._run(values).rowcount)

    def row(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a selection."""
        found: tuple[Any, ...] | None = self._run(values).fetchone()
        return found

    def one(self, table: type[M], columns: Sequence[Field], **values: Any) -> M | None:
        """Return the first row of a selection of these columns as an object of its table; None without one."""
        found = self.row(**values)
        if found is None:
            return None
        row = table(__no_default__=True)  # and its values at once: Peewee would set them one by one
        row.__data__ = {column.name: column.python_value(value) for column, value in zip(columns, found, strict=True)}
        return row

    def rows(self, **values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self._run(values).fetchall()

    def _run(self, values: dict[str, Any]) -> Any:
        kind = database.param  # what a database writes for a value tells SQLite and PostgreSQL apart
        if kind not in self._built:
            built = self._build()
            sql, places = built if isinstance(built, tuple) else built.sql()
            self._built[kind] = sql, [place.value if isinstance(place, Value) else place for place in places]
        sql, places = self._built[kind]
        filled = tuple(values[place.name] if isinstance(place, _Hole) else place for place in places)
        return database.execute_sql(sql, filled)


class ByKey:
    """Look-up of a whole row by columns that name it: `ByKey(Portal.member_id)("p1")`."""

    def __init__(self, *keys: Field) -> None:
        self._table: type[Model] = keys[0].model
        self._keys = [key.name for key in keys]
        self._columns = self._table._meta.sorted_fields
        named = [key == hole(key.name) for key in keys]
        self._query = Prepared(lambda: self._table.select(*self._columns).where(*named))

    def __call__(self, *values: Any) -> Any:
        return self._query.one(self._table, self._columns, **dict(zip(self._keys, values, strict=True)))
