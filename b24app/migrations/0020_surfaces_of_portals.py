"""Which surfaces a portal has, so that an update of Paraph is seen and what it brought is bound."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, CharField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(
        migrator.add_column("portal", "surfaces", CharField(default="")),
        migrator.add_column("portal", "surfaces_at", BigIntegerField(default=0)),
    )
