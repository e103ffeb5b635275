"""The library of templates."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import JSONField, Table


class Template(Table):
    """A document template; what it says stands in its revisions. Written at installation (the examples) and by those
    who may edit templates; archived ones stay, for requests name their revisions."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    name = CharField()
    locale = CharField(default="en")
    position = IntegerField(default=0)
    created_at = BigIntegerField()
    archived_at = BigIntegerField(null=True)
    kind = CharField(default="markdown")  # markdown | docx | pdf
    revision = CharField(default="")  # the present one
    options = JSONField(default=dict)  # services/template_options.py
    seq = IntegerField(default=0)  # counts changes of everything but the revision
    used_at = BigIntegerField(null=True)


class TemplateRevision(Table):
    """What a template said from one saving to the next. Never changed; goes away with the portal's data."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    template = CharField()
    number = IntegerField()  # 1, 2, ... within the template
    kind = CharField(default="markdown")
    body = TextField(default="")  # Markdown; of a PDF, the places found in it as JSON
    file_sha256 = CharField(default="", index=True)  # the DOCX or PDF
    fields = JSONField(default=list)  # places on a PDF
    author_id = IntegerField(default=0)  # a Bitrix24 user; 0 is Paraph itself
    author_name = CharField(default="")
    note = CharField(default="")
    created_at = BigIntegerField()

    class Meta:
        indexes = ((("template", "number"), True),)


class TemplateDraft(Table):
    """What somebody typed into a template and has not saved. Written with each preview; goes away when it is saved or
    discarded, and after a month."""

    portal = CharField()
    template = CharField()
    user_id = IntegerField()
    base = CharField()  # the revision that was being edited
    body = TextField()
    at = BigIntegerField(index=True)

    class Meta:
        primary_key = CompositeKey("portal", "template", "user_id")
