"""Which template an employee sent last. Nobody has one yet: until his next sending the language decides, as before."""

from __future__ import annotations

from typing import Any

from peewee import CharField, CompositeKey, IntegerField, Model


class LastTemplate(Model):
    portal = CharField()
    user_id = IntegerField()
    template = CharField()

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("portal", "user_id")


def up(_migrator: Any, db: Any) -> None:
    with db.bind_ctx([LastTemplate]):
        db.create_tables([LastTemplate])
