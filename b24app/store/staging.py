"""A scratch database on which an archive is laid out, brought up to today's schema and looked at before it counts."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Field,
    IntegerField,
    PeeweeException,
    SqliteDatabase,
    TextField,
    fn,
)

from b24app.errors import ArchiveRefused, Unavailable
from b24app.store import migrate
from b24app.store.belongings import columns, key
from b24app.store.tables import JSONField, Table

_PRAGMAS = {"journal_mode": "off", "synchronous": "off"}
_BATCH = 100
_HISTORY = "schema_migration"


class Staging:
    """The rows of one archive, as a database of the schema they were written with, then of today's."""

    def __init__(self, path: Path, schema: str) -> None:
        """Raises: ArchiveRefused for a schema that this code does not know."""
        _check_schema(schema)
        self._database = SqliteDatabase(str(path), pragmas=_PRAGMAS)
        migrate.bring(self._database, schema)
        self.schema = schema

    def load(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Lay out a table's rows as they were written. Raises: ArchiveRefused naming the table."""
        kinds = self._columns(table)
        values = _values(table, kinds, rows)
        while batch := list(islice(values, _BATCH)):
            self._insert(table, kinds, batch)

    def upgrade(self) -> None:
        """Run the migrations that the rows have not seen. Raises: ArchiveRefused when one of them cannot."""
        try:
            migrate.bring(self._database)
        except (PeeweeException, ValueError, TypeError, KeyError) as error:
            raise ArchiveRefused(
                "The archive's schema %(theirs)s cannot be brought up to %(ours)s. Import it with the Paraph that "
                "wrote it, bring that up to date, and write a new archive there.",
                theirs=self.schema,
                ours=migrate.known()[-1],
            ) from error

    def rows(self, table: type[Table], by: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """Yield a table's rows by field name, each value of its field's kind, in the order of their keys."""
        fields, name = columns(table), table._meta.table_name
        query = table.select(*fields).order_by(*(by or key(table)))
        for raw in self._database.execute(query):
            yield {field.name: _typed(name, field, value) for field, value in zip(fields, raw, strict=True)}

    def count(self, table: type[Table], *conditions: Any) -> int:
        """Count the rows for which all the conditions hold."""
        [(found,)] = self._database.execute(table.select(fn.COUNT(SQL("*"))).where(*conditions or [SQL("1")]))
        return int(found)

    def names(self, column: Field) -> set[str]:
        """Collect what stands in a column, the empty text left out."""
        return {str(name) for (name,) in self._database.execute(column.model.select(column).distinct()) if name}

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def _columns(self, table: str) -> dict[str, str]:
        """Column -> its type in SQLite; without the number that the database counts by itself."""
        if table == _HISTORY or table not in self._database.get_tables():
            raise ArchiveRefused("The archive holds a table that its schema does not have: %(table)s.", table=table)
        found = self._database.get_columns(table)
        key = [column for column in found if column.primary_key]
        counted = key if len(key) == 1 and key[0].data_type == "INTEGER" else []
        return {column.name: column.data_type for column in found if column not in counted}

    def _insert(self, table: str, kinds: Mapping[str, str], batch: list[list[Any]]) -> None:
        names, marks = ", ".join(f'"{name}"' for name in kinds), ", ".join("?" * len(kinds))
        try:
            with self._database.atomic():
                sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own schema
                self._database.connection().executemany(sql, batch)
        except sqlite3.OperationalError as error:
            raise Unavailable.disk() from error
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise ArchiveRefused(
                "Rows of %(table)s in the archive contradict each other or the schema.", table=table
            ) from error


def _check_schema(schema: str) -> None:
    known = migrate.known()
    if schema not in known:
        raise ArchiveRefused(
            "The archive has schema %(theirs)s and this Paraph knows schemas up to %(ours)s. Bring Paraph up to date "
            "first.",
            theirs=schema[:100],
            ours=known[-1],
        )


def _values(table: str, kinds: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    for row in rows:
        if set(row) != set(kinds):
            raise ArchiveRefused("A row of %(table)s in the archive has other columns than its schema.", table=table)
        yield [_stored(table, name, kind, row[name]) for name, kind in kinds.items()]


def _stored(table: str, name: str, kind: str, value: Any) -> Any:
    """Turn a value as an archive writes it into what the column holds."""
    if isinstance(value, dict | list):
        return JSONField().db_value(value)
    if kind != "BLOB" or value is None:
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (ValueError, TypeError) as error:
        raise _not_one(table, name) from error


def _typed(table: str, field: Field, value: Any) -> Any:
    """Turn a stored value into the field's own kind. Raises: ArchiveRefused when it is of another."""
    if value is None or not _fits(field, value):
        if value is None and field.null:
            return None
        raise _not_one(table, field.column_name)
    return field.python_value(value)


def _not_one(table: str, column: str) -> ArchiveRefused:
    return ArchiveRefused(
        "A row of %(table)s in the archive has a %(column)s that is none.", table=table, column=column
    )


def _fits(field: Field, value: Any) -> bool:
    if isinstance(field, BooleanField):
        return value in (0, 1)
    if isinstance(field, IntegerField):
        bits = 63 if isinstance(field, BigIntegerField) else 31
        return isinstance(value, int) and abs(value) < 2**bits
    if isinstance(field, JSONField):
        return isinstance(value, str) and _is_json(value)
    if isinstance(field, BlobField):
        return isinstance(value, bytes)
    return isinstance(field, CharField | TextField) and isinstance(value, str)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
