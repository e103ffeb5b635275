"""Clicks of signers who sign at a provider, inside our page: each waits here for its address, for a minute."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, CharField, Model, TextField


class SigningVisit(Model):
    id = CharField(primary_key=True)
    portal = CharField(index=True)
    request = CharField()
    signer = CharField(index=True)
    asked_at = BigIntegerField(index=True)
    link = TextField(default="")
    trouble = CharField(default="")

    class Meta:
        table_name = "signing_visit"
        legacy_table_names = False


def up(_migrator: Any, db: Any) -> None:
    with db.bind_ctx([SigningVisit]):
        db.create_tables([SigningVisit])
