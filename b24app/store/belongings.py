"""What belongs to a portal, row by row: the one list that an archive goes by.

A table with a `portal` column is covered by itself; any other one must be named here, or a test fails.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import AutoField, BlobField, BooleanField, CompositeKey, Field

from b24app.store.removal import BLOB_COLUMNS, OWNED
from b24app.store.snapshot import stream
from b24app.store.tables import (
    Application,
    Derived,
    FileSweep,
    Heartbeat,
    JSONField,
    Portal,
    Prepared,
    Rendition,
    Table,
    Upload,
)


@dataclass(frozen=True)
class Part:
    """The rows of one table that belong to a portal."""

    table: type[Table]
    of: Callable[[str], Any]  # portal -> condition

    @property
    def name(self) -> str:
        return str(self.table._meta.table_name)


def _owned(table: type[Table]) -> Part:
    return Part(table, lambda portal: table._meta.fields["portal"] == portal)


def _registration(portal: str) -> Any:
    return Application.client_id.in_(Portal.select(Portal.client_id).where(Portal.member_id == portal))


PARTS = (
    Part(Portal, lambda portal: Portal.member_id == portal),
    Part(Application, _registration),
    *map(_owned, OWNED),
)
LEFT_OUT: Mapping[type[Table], str] = {
    Derived: "a cache by content, made again when it is missed",
    FileSweep: "which files of this place have been looked at",
    Heartbeat: "when the worker of this place was seen",
}
PASSING: tuple[type[Table], ...] = (Prepared, Upload, Rendition)
"""Rows that go away after a day or are made again; one whose file is gone already may be left out."""
LASTING_FILES = tuple(column for column in BLOB_COLUMNS if column.model not in PASSING)
"""Columns whose files must be there: documents, signatures."""


def columns(table: type[Table]) -> list[Field]:
    """List a table's columns but for the number that each database counts by itself."""
    return [field for field in table._meta.sorted_fields if not isinstance(field, AutoField)]


def rows(part: Part, portal: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a part, by column name, in the order of their keys; call inside `snapshot`."""
    fields = columns(part.table)
    query = part.table.select(*fields).where(part.of(portal)).order_by(*key(part.table))
    for raw in stream(query):
        yield {field.column_name: _plain(field, value) for field, value in zip(fields, raw, strict=True)}


def key(table: type[Table]) -> list[Any]:
    """List the fields of a table's primary key."""
    found = table._meta.primary_key
    return [table._meta.fields[name] for name in found.field_names] if isinstance(found, CompositeKey) else [found]


def file_columns(table: type[Table]) -> list[str]:
    """Name the columns of a table that name stored files."""
    return [column.column_name for column in BLOB_COLUMNS if column.model is table]


def _plain(field: Field, value: Any) -> Any:
    """Write a value the same whatever database it is from: objects and lists of JSON as such, bytes as Base64."""
    if value is None:
        return None
    if isinstance(field, BooleanField):
        return bool(value)
    if isinstance(field, BlobField):
        return base64.b64encode(value).decode()
    if isinstance(field, JSONField) and value[:1] in ("{", "["):
        return json.loads(value)
    return value
