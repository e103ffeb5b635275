"""Until when a message must rest, because a call of its last attempt may still be at work on the other side."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(migrator.add_column("outbox", "rest_until", BigIntegerField(null=True)))
