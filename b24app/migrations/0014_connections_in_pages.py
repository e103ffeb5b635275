"""Accounts connected in pages: former keys, a person's consent, when one was heard of. Documents sent as a test."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BooleanField, CharField, TextField


def up(migrator: Any, _db: Any) -> None:
    migrator.migrate(
        migrator.add_column("connection", "heard_at", BigIntegerField(default=0)),
        migrator.add_column("connection", "former_secrets", TextField(default="")),
        migrator.add_column("connection", "former_until", BigIntegerField(null=True)),
        migrator.add_column("connection", "consent", CharField(default="")),
        migrator.add_column("handover", "is_uncertain", BooleanField(default=False)),
        migrator.add_column("request", "is_test", BooleanField(default=False)),
    )
