"""Signing with the built-in engine."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import Table


class SignerLink(Table):
    """A signer's secret address. Written when his turn comes; revoked on change; the token is hashed for look-up."""

    token_hash = CharField(primary_key=True)
    token = TextField()  # locked, so that a reminder can repeat it
    portal = CharField()
    request = CharField(index=True)
    signer = CharField(index=True)
    created_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)


class SigningVisit(Table):
    """One click on "sign at the provider": the worker puts the address down, the page takes it, once. Gone after a
    minute."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    request = CharField()
    signer = CharField(index=True)
    asked_at = BigIntegerField(index=True)
    link = TextField(default="")  # locked
    trouble = CharField(default="")  # why there is no link

    class Meta:
        table_name = "signing_visit"


class Value(Table):
    """What was put into a field, kept while the signer is still at it. Lives and dies with the request."""

    request = CharField()
    field_id = CharField()
    portal = CharField()
    signer = CharField()  # "1", "2", ... or "approver"
    text = TextField(default="")
    image_sha256 = CharField(default="", index=True)

    class Meta:
        primary_key = CompositeKey("request", "field_id")


class SavedSignature(Table):
    """An employee's own signature, kept for next time. Overwritten; goes away with the portal's data."""

    portal = CharField()
    user_id = IntegerField()
    image_sha256 = CharField(index=True)

    class Meta:
        primary_key = CompositeKey("portal", "user_id")
