"""What was made of documents, and files that may be swept."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
)

from b24app.store.tables.base import Table


class Rendition(Table):
    """Which stored file shows a request with the values entered so far (`state` names that moment)."""

    request = CharField()
    state = CharField()
    portal = CharField()
    sha256 = CharField(index=True)

    class Meta:
        primary_key = CompositeKey("request", "state")


class Derived(Table):
    """What was made of a stored file (pictures of its pages, their text): a cache by content. Emptied by the worker
    where rows have an end; may be emptied altogether."""

    document = CharField()  # SHA-256 of the PDF, or of a Word template
    kind = CharField()  # "picture:<page>:<width in px>", "texts", "sizes", "word:<hash of values>", "word-facts:..."
    sha256 = CharField(index=True)
    expires_at = BigIntegerField(null=True, index=True)  # none: as long as the document

    class Meta:
        primary_key = CompositeKey("document", "kind")


class FileSweep(Table):
    """How far the daily search for unneeded files has come: one row, written by the worker. Never goes away."""

    id = IntegerField(primary_key=True)
    owner = CharField()  # names this database in the store: another one's files look unneeded and must not go
    behind = CharField(default="")  # the file after which the next step begins
    due_at = BigIntegerField()
