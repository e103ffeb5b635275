"""Lock secrets anew under the newest key, wherever they stand in a row: they are known by their form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import Field

from b24app.store.belongings import key
from b24app.store.database import writing
from b24app.store.snapshot import snapshot, stream
from b24app.store.tables import Table
from b24app.store.vault import Vault

_LOCKED = re.compile(r"gAAAAA[\w-]{90,}={0,2}", re.ASCII)  # a Fernet token: version byte, time, the rest


@dataclass(frozen=True)
class Change:
    """One row's secrets: its primary key, and for each column what stands there and what shall."""

    key: Mapping[Field, Any]
    columns: Mapping[Field, tuple[Any, Any]]


class Relocking:
    """Goes through rows; counts by table what no key opens, which stays as it is."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.unreadable: Counter[str] = Counter()

    def row(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.value(table, value) for name, value in row.items()}

    def value(self, table: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(table, value) if _LOCKED.fullmatch(value) else value
        if isinstance(value, dict):
            return self.row(table, value)
        if isinstance(value, list):
            return [self.value(table, one) for one in value]
        return value

    def _text(self, table: str, locked: str) -> str:
        fresh = self._vault.relock(locked)
        if fresh is None:
            self.unreadable[table] += 1
            return locked
        return fresh


def find(table: type[Table], relocking: Relocking) -> list[Change]:
    """Find the rows of a table that hold secrets, each with what its columns shall be."""
    fields = table._meta.sorted_fields
    found = []
    with snapshot():
        for raw in stream(table.select(*fields)):
            row = {field: field.python_value(value) for field, value in zip(fields, raw, strict=True)}
            fresh = {field: relocking.value(table._meta.table_name, value) for field, value in row.items()}
            changed = {field: (row[field], fresh[field]) for field in fields if fresh[field] != row[field]}
            if changed:
                found.append(Change({field: row[field] for field in key(table)}, changed))
    return found


def carry_out(table: type[Table], change: Change) -> bool:
    """Write a change; False when the row has been changed since it was read, and nothing was written."""
    is_same = [field == value for field, value in change.key.items()]
    is_same += [field == old for field, (old, _new) in change.columns.items()]
    with writing():
        return bool(
            table.update({field: new for field, (_old, new) in change.columns.items()}).where(*is_same).execute()
        )
