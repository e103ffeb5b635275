"""What every table is made of.

Times are integer milliseconds: a FloatField becomes REAL on PostgreSQL and rounds to a minute.
"""

from __future__ import annotations

import json
from typing import Any

from peewee import (
    CompositeKey,
    Model,
    SchemaManager,
    SqliteDatabase,
    TextField,
)

from b24app.store.database import database


class JSONField(TextField):
    """A JSON value in a text column, the same on SQLite and PostgreSQL."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def python_value(self, value: str | None) -> Any:
        return None if value is None else json.loads(value)


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


class KeptByKey(SchemaManager):
    """Keeps a table in the order of its key, without a second copy of it, where the database can: SQLite."""

    def _create_table(self, safe: bool = True, **options: Any) -> Any:
        statement = super()._create_table(safe, **options)  # type: ignore[misc]
        is_sqlite = isinstance(getattr(self.database, "obj", self.database), SqliteDatabase)
        return statement.literal(" WITHOUT ROWID") if is_sqlite else statement


def upsert(table: Any, **columns: Any) -> None:
    """Insert a table's row, or overwrite the one with the same primary key; the same on SQLite and PostgreSQL."""
    key = table._meta.primary_key
    names = list(key.field_names) if isinstance(key, CompositeKey) else [key.name]
    rest = {getattr(table, name): value for name, value in columns.items() if name not in names}
    table.insert(**columns).on_conflict(conflict_target=[getattr(table, name) for name in names], update=rest).execute()
