"""What was made of a stored file may have an end: pages of Word templates hold values of a card."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(
        migrator.add_column("derived", "expires_at", BigIntegerField(null=True)),
        migrator.add_index("derived", ("expires_at",), False),
    )
