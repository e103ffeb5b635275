"""Documents made of several files: where each came from, what was found in it, and how it stands in the document."""

from __future__ import annotations

from typing import Any

from peewee import CharField, TextField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(
        migrator.add_column("upload", "state", CharField(default="ready")),
        migrator.add_column("upload", "origin", CharField(default="")),
        migrator.add_column("upload", "trouble", TextField(default="")),
        migrator.add_column("upload", "fingerprint", CharField(default="")),
        migrator.add_column("upload", "pages", TextField(default="[]")),
        migrator.add_column("upload", "facts", TextField(default="{}")),
        migrator.add_column("upload", "candidates", TextField(default="[]")),
        migrator.add_column("prepared", "parts", TextField(default="[]")),
        migrator.add_column("prepared", "findings", TextField(default="[]")),
        migrator.add_column("request", "parts", TextField(default="[]")),
    )
