"""Templates get revisions; previews and requests name the one they were made from.

The body of every template becomes its first revision, written by nobody.
"""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, CharField, CompositeKey, IntegerField, Model, TextField


class TemplateRevision(Model):
    id = CharField(primary_key=True)
    portal = CharField(index=True)
    template = CharField()
    number = IntegerField()
    kind = CharField()
    body = TextField()
    file_sha256 = CharField(index=True)
    fields = TextField()
    author_id = IntegerField()
    author_name = CharField()
    note = CharField()
    created_at = BigIntegerField()

    class Meta:
        legacy_table_names = False
        indexes = ((("template", "number"), True),)


class TemplateDraft(Model):
    portal = CharField()
    template = CharField()
    user_id = IntegerField()
    base = CharField()
    body = TextField()
    at = BigIntegerField(index=True)

    class Meta:
        legacy_table_names = False
        primary_key = CompositeKey("portal", "template", "user_id")


NEW = [TemplateRevision, TemplateDraft]
FIRST_REVISIONS = """
    INSERT INTO template_revision
        (id, portal, template, number, kind, body, file_sha256, fields, author_id, author_name, note, created_at)
    SELECT id || '-1', portal, id, 1, 'markdown', body, '', '[]', 0, '', '', created_at FROM template
"""


def up(migrator: Any, db: Any) -> None:
    with db.bind_ctx(NEW):
        db.create_tables(NEW)
    db.execute_sql(FIRST_REVISIONS)
    migrator.migrate(
        migrator.drop_column("template", "body"),
        migrator.add_column("template", "kind", CharField(default="markdown")),
        migrator.add_column("template", "revision", CharField(default="")),
        migrator.add_column("template", "options", TextField(default="{}")),
        migrator.add_column("template", "seq", IntegerField(default=0)),
        migrator.add_column("template", "used_at", BigIntegerField(null=True)),
        migrator.add_column("prepared", "revision", CharField(default="")),
        migrator.add_column("prepared", "unprintable", TextField(default="[]")),
        migrator.add_column("request", "revision", CharField(default="")),
    )
    db.execute_sql("UPDATE template SET revision = id || '-1'")
