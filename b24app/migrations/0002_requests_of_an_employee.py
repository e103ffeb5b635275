"""Indexes for the list of an employee's own requests: those he sent, those he is responsible for."""

from __future__ import annotations

from typing import Any


def up(migrator: Any, _db: Any) -> None:
    for column in ("sender_id", "responsible_id"):
        migrator.migrate(migrator.add_index("request", ("portal", column, "created_at"), False))
