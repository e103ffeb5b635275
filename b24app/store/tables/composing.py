"""What is under way before a request is sent."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    CompositeKey,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import JSONField, Table


class Composer(Table):
    """One opening of the popup: the card as it was read. Goes away after a day."""

    id = CharField(primary_key=True)
    portal = CharField()
    user_id = IntegerField()
    entity_type_id = IntegerField()
    entity_id = IntegerField()
    snapshot = JSONField()
    created_at = BigIntegerField(index=True)


class Prepared(Table):
    """A document as shown in a preview, bound to what it was made from. Goes away with its composer."""

    id = CharField(primary_key=True)
    composer = CharField(index=True)
    portal = CharField()
    inputs = CharField()  # fingerprint of everything the pages depend on
    title = CharField()
    sha256 = CharField(index=True)
    fields = JSONField()
    pages = JSONField()  # [[w_pt, h_pt], ...]
    checkboxes = JSONField()
    empties = JSONField()
    created_at = BigIntegerField(index=True)
    revision = CharField(default="")  # the template's, if it was made from one
    unprintable = JSONField(default=list)  # characters that no font of ours has
    parts = JSONField(default=list)  # its files in order: title, sha256, first_page, pages, and what was found in them
    findings = JSONField(default=list)  # domain.preflight.Finding: what is wrong or doubtful
    printed = JSONField(null=True)  # path -> what the card said, as it is printed
    bound = JSONField(null=True)  # see services/bind_fields.py


class Upload(Table):
    """A file for a composer, uploaded or taken from Bitrix24; checked once it is ready. Goes away with its composer."""

    id = CharField(primary_key=True)
    composer = CharField(index=True)
    portal = CharField()
    name = CharField()
    sha256 = CharField(index=True)
    removed = JSONField(default=list)
    is_signed = BooleanField(default=False)
    created_at = BigIntegerField(index=True)
    state = CharField(default="ready")  # ready | pending (Bitrix24 still makes its PDF) | failed
    origin = CharField(default="")  # where it came from: "document:61", "property:...", "drive:..."; empty: uploaded
    trouble = TextField(default="")  # errors.Sentence: why it failed
    fingerprint = CharField(default="")  # SHA-256 of the file as it came; only its PDF is kept
    pages = JSONField(default=list)  # [[w_pt, h_pt], ...]
    facts = JSONField(default=dict)  # domain.preflight.FileFacts
    candidates = JSONField(default=list)  # fields that its form and its text tags propose
    placed = JSONField(null=True)  # fields put on by hand; none: a page for signatures is added


class LastChoice(Table):
    """Who was chosen the last time with this template, by kind of place in the card. Overwritten at each sending."""

    portal = CharField()
    user_id = IntegerField()
    template = CharField()
    choice = JSONField()

    class Meta:
        primary_key = CompositeKey("portal", "user_id", "template")


class LastTemplate(Table):
    """Which template an employee sent last: the next composer opens with it. Overwritten at each sending."""

    portal = CharField()
    user_id = IntegerField()
    template = CharField()

    class Meta:
        primary_key = CompositeKey("portal", "user_id")
