"""Requests and who signs them, with what makes them found."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import JSONField, KeptByKey, Table


class Request(Table):
    """A signature request. Written by services only; finished ones stay until their portal's data is removed."""

    id = CharField(primary_key=True)
    portal = CharField()
    seq = IntegerField(default=0)
    status = CharField()
    title = CharField()
    sender_id = IntegerField()
    responsible_id = IntegerField()
    needs_approval = BooleanField()
    entity_type_id = IntegerField()
    entity_id = IntegerField()
    locale = CharField(default="en")
    time_zone = CharField(default="UTC")
    provider = CharField(default="builtin")
    document_sha256 = CharField(index=True)
    final_sha256 = CharField(default="", index=True)
    fields = JSONField()
    pages = JSONField()
    letter = JSONField()
    checkboxes = JSONField(default=dict)  # property name -> bool: changes to write back
    people = JSONField(default=dict)  # Bitrix24 user id -> name, as known when sent
    activity_id = BigIntegerField(null=True)
    comment_id = BigIntegerField(null=True)
    created_at = BigIntegerField()
    sent_at = BigIntegerField(null=True)
    expires_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    due_at = BigIntegerField(null=True, index=True)  # when time itself causes something next
    reason = TextField(default="")
    reminders = JSONField(null=True)  # none: sent before there were any
    connection = CharField(default="")  # whose account it is signed through; empty for the built-in engine
    ends_as = CharField(default="")  # what a closing one will be
    revision = CharField(default="")  # of the template it was made from
    parts = JSONField(default=list)  # the files it was made of, in order: title, sha256, first_page, pages
    printed = JSONField(null=True)  # path -> what the card said when it was sent, as it is printed
    bound = JSONField(null=True)  # property -> how it was then: services/bind_fields.py
    drift = JSONField(null=True)  # path -> what the card says now, where that differs and was told
    conflicts = JSONField(null=True)  # property -> what was not written because the card had changed as well
    made_of = JSONField(null=True)  # the composer's form, to send it anew
    upload_sha256 = CharField(default="", index=True)  # the employee's own file, of requests older than KeptFile
    is_test = BooleanField(default=False)  # sent in a signing service's test mode: without legal effect
    certificate_sha256 = CharField(default="", index=True)  # sealed, beside a file that takes no page of ours

    class Meta:
        indexes = ((("portal", "entity_type_id", "entity_id", "created_at"), False),)


class KeptFile(Table):
    """A file that an employee brought for a request, to be sent anew. Written with it; lives as long."""

    request = CharField()
    upload = CharField()  # what the request's form calls it
    portal = CharField(index=True)
    sha256 = CharField(index=True)
    about = JSONField()  # its name, the places on it and what was found in it

    class Meta:
        primary_key = CompositeKey("request", "upload")


class RequestWord(Table):
    """Under which words and marks which reader finds a request (domain/findable.py): every list and search reads here.

    Written with each change of a request; goes away with it. Words are bytes, so that their order is the same in every
    database, whatever its collation.
    """

    portal = CharField()
    reader = CharField()  # a Bitrix24 user id; "all" for administrators
    word = BlobField()
    created_at = BigIntegerField()
    request = CharField()

    class Meta:
        primary_key = CompositeKey("portal", "reader", "word", "created_at", "request")
        schema_manager_class = KeptByKey


class RequestText(Table):
    """All words and marks of a request, sorted, with a space on each side. Written and gone with its RequestWord rows.

    A search for several words walks the rarest one's rows and looks here for the others. The newest lie together, as a
    walk meets them.
    """

    portal = CharField()
    created_at = BigIntegerField()
    request = CharField()
    words = TextField()

    class Meta:
        primary_key = CompositeKey("portal", "created_at", "request")
        schema_manager_class = KeptByKey


class SignerRow(Table):
    """A recipient of a request. Lives and dies with it."""

    id = CharField(primary_key=True)
    portal = CharField()
    request = CharField(index=True)
    position = IntegerField()
    name = CharField()
    email = CharField()
    order = IntegerField(column_name="signing_order")
    role = CharField()
    status = CharField()
    company = CharField(default="")
    locale = CharField(default="en")
    viewed_at = BigIntegerField(null=True)
    consented_at = BigIntegerField(null=True)
    signed_at = BigIntegerField(null=True)
    decline_reason = TextField(default="")
    invited_at = BigIntegerField(null=True)
    reminded_at = BigIntegerField(null=True)
    employee = IntegerField(default=0)

    class Meta:
        table_name = "signer"
