"""Lock secrets anew under the newest key, wherever they stand in a row: they are known by their form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from b24app.store.vault import Vault

_LOCKED = re.compile(r"gAAAAA[\w-]{90,}={0,2}", re.ASCII)  # a Fernet token: version byte, time, the rest


class Relocking:
    """Goes through rows; counts by table what no key opens, which stays as it is."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.done: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()

    def row(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(table, value) for name, value in row.items()}

    def _value(self, table: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(table, value) if _LOCKED.fullmatch(value) else value
        if isinstance(value, dict):
            return self.row(table, value)
        if isinstance(value, list):
            return [self._value(table, one) for one in value]
        return value

    def _text(self, table: str, locked: str) -> str:
        fresh = self._vault.relock(locked)
        (self.unreadable if fresh is None else self.done)[table] += 1
        return locked if fresh is None else fresh
