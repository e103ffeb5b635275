"""The certificate of a document that cannot take our seal: a file of its own."""

from __future__ import annotations

from typing import Any

from peewee import CharField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(
        migrator.add_column("request", "certificate_sha256", CharField(default="")),
        migrator.add_index("request", ("certificate_sha256",), False),
    )
