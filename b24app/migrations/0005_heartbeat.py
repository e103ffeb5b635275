"""The worker's sign of life. It is written at the worker's start and every minute."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, CharField, Model


class Heartbeat(Model):
    name = CharField(primary_key=True)
    at = BigIntegerField()

    class Meta:
        legacy_table_names = False


def up(_migrator: Any, db: Any) -> None:
    with db.bind_ctx([Heartbeat]):
        db.create_tables([Heartbeat])
