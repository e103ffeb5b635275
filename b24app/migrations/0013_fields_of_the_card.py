"""What a request keeps of the card it was made from, and places that an employee put onto his own file.

Requests that are out know nothing of it: they are neither compared with their card nor written back, nor sent anew.
"""

from __future__ import annotations

from typing import Any

from peewee import CharField, TextField


def up(migrator: Any, _db: Any) -> None:
    for table, column in (
        ("prepared", "printed"),
        ("prepared", "bound"),
        ("upload", "placed"),
        ("request", "printed"),
        ("request", "bound"),
        ("request", "drift"),
        ("request", "conflicts"),
        ("request", "made_of"),
    ):
        migrator.migrate(migrator.add_column(table, column, TextField(null=True)))
    migrator.migrate(
        migrator.add_column("request", "upload_sha256", CharField(default="")),
        migrator.add_index("request", ("upload_sha256",), False),
    )
