"""Which signer is an employee who signs at the provider from within Bitrix24. Nobody so far."""

from __future__ import annotations

from typing import Any

from peewee import IntegerField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(migrator.add_column("signer", "employee", IntegerField(default=0)))
