"""The files of a request, kept one by one: a request made of several can be sent anew as well.

Requests that are out and were made of one file keep it in their own row.
"""

from __future__ import annotations

from typing import Any

from peewee import CharField, CompositeKey, Model, TextField


class KeptFile(Model):
    request = CharField()
    upload = CharField()
    portal = CharField(index=True)
    sha256 = CharField(index=True)
    about = TextField()

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("request", "upload")


def up(_migrator: Any, db: Any) -> None:
    with db.bind_ctx([KeptFile]):
        db.create_tables([KeptFile])
