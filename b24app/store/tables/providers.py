"""Accounts at signing services, and what is out with them."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    TextField,
)

from b24app.store.tables.base import JSONField, Table


class Connection(Table):
    """An account at a signing provider. Written by administrators; taken away it stays, bare: requests name it.

    The bucket of calls stands in the same row, for all processes together.
    """

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    provider = CharField()
    name = CharField()
    secrets = TextField()  # locked JSON: what the room calls with
    settings = JSONField(default=dict)
    webhook_hash = CharField(unique=True)  # fingerprint of the secret in the address that its events are posted to
    webhook_secret = TextField()  # locked
    account = JSONField(default=dict)  # what the provider says about it
    health = CharField(default="new")  # new | ok | consent | reconnect | limited | down
    health_note = TextField(default="")
    health_at = BigIntegerField(default=0)
    tokens_milli = BigIntegerField(default=0)
    tokens_at = BigIntegerField(default=0)
    created_at = BigIntegerField()
    removed_at = BigIntegerField(null=True)
    heard_at = BigIntegerField(default=0)  # when it last answered, to the minute
    former_secrets = TextField(default="")  # locked JSON: what stood before the last change, for events on their way
    former_until = BigIntegerField(null=True)
    consent = CharField(default="")  # fingerprint of the state with which a person was sent to the provider's page


class Handover(Table):
    """A request as its provider knows it. Written before and after it is sent; lives and dies with the request."""

    request = CharField(primary_key=True)
    portal = CharField()
    connection = CharField()
    our_ref = CharField()  # written before the first call
    provider_ref = CharField(default="")
    draft = JSONField(default=dict)  # steps of `create` that are done
    asked_at = BigIntegerField(null=True)  # `create` was called and not refused: it may have been accepted
    last_heard_at = BigIntegerField(default=0)  # the last event or change
    looked_at = BigIntegerField(default=0)  # when the last look that was answered began
    next_look_at = BigIntegerField(null=True)
    cancel_asked_at = BigIntegerField(null=True)
    signed_sha256 = CharField(default="", index=True)  # the file as the provider gave it
    is_uncertain = BooleanField(default=False)  # an answer was lost and cannot be looked for: it may be out

    class Meta:
        indexes = ((("connection", "provider_ref"), False), (("connection", "next_look_at"), False))


class ProviderSigner(Table):
    """The provider's ids of a signer, one after the other: a corrected address may bring a new one, while events with
    the old one are still under way. Lives and dies with the request."""

    request = CharField()
    signer_ref = CharField()
    portal = CharField()
    signer = CharField()
    since = BigIntegerField()
    until = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("request", "signer_ref")


class InboxEvent(Table):
    """What a provider posted, as it came. Written before it is answered; goes away a month later."""

    event_key = CharField(primary_key=True)  # made of its content: the same event twice is one row
    portal = CharField()
    provider = CharField()
    connection = CharField()
    headers = JSONField()
    body = BlobField()
    received_at = BigIntegerField(index=True)
    processed_at = BigIntegerField(null=True)
    error = TextField(default="")  # why nothing was done on it

    class Meta:
        table_name = "inbox"
