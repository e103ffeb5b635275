"""The search for stored files that nobody needs: where it stands, and indexes that find who names a file."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, CharField, IntegerField, Model


class FileSweep(Model):
    id = IntegerField(primary_key=True)
    owner = CharField()
    behind = CharField(default="")
    due_at = BigIntegerField()

    class Meta:
        legacy_table_names = False


COLUMNS = (
    ("prepared", "sha256"),
    ("upload", "sha256"),
    ("request", "document_sha256"),
    ("request", "final_sha256"),
    ("rendition", "sha256"),
    ("value", "image_sha256"),
    ("saved_signature", "image_sha256"),
    ("derived", "sha256"),
)


def up(migrator: Any, db: Any) -> None:
    with db.bind_ctx([FileSweep]):
        db.create_tables([FileSweep])
    for table, column in COLUMNS:
        migrator.migrate(migrator.add_index(table, (column,), False))
