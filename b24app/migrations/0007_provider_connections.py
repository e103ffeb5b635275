"""Accounts at signing providers, what those know of our requests, and the events they post."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BlobField, CharField, CompositeKey, Model, TextField


class Table(Model):
    class Meta:
        legacy_table_names = False


class Connection(Table):
    id = CharField(primary_key=True)
    portal = CharField(index=True)
    provider = CharField()
    name = CharField()
    secrets = TextField()
    settings = TextField()
    webhook_hash = CharField(unique=True)
    webhook_secret = TextField()
    account = TextField()
    health = CharField()
    health_note = TextField()
    health_at = BigIntegerField()
    tokens_milli = BigIntegerField()
    tokens_at = BigIntegerField()
    created_at = BigIntegerField()
    removed_at = BigIntegerField(null=True)


class Handover(Table):
    request = CharField(primary_key=True)
    portal = CharField()
    connection = CharField()
    our_ref = CharField()
    provider_ref = CharField()
    draft = TextField()
    asked_at = BigIntegerField(null=True)
    last_heard_at = BigIntegerField()
    looked_at = BigIntegerField()
    next_look_at = BigIntegerField(null=True)
    cancel_asked_at = BigIntegerField(null=True)
    signed_sha256 = CharField(index=True)

    class Meta:
        indexes = ((("connection", "provider_ref"), False), (("connection", "next_look_at"), False))


class ProviderSigner(Table):
    request = CharField()
    signer_ref = CharField()
    portal = CharField()
    signer = CharField()
    since = BigIntegerField()
    until = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("request", "signer_ref")


class InboxEvent(Table):
    event_key = CharField(primary_key=True)
    portal = CharField()
    provider = CharField()
    connection = CharField()
    headers = TextField()
    body = BlobField()
    received_at = BigIntegerField(index=True)
    processed_at = BigIntegerField(null=True)
    error = TextField()

    class Meta:
        table_name = "inbox"


NEW = [Connection, Handover, ProviderSigner, InboxEvent]


def up(migrator: Any, db: Any) -> None:
    with db.bind_ctx(NEW):
        db.create_tables(NEW)
    migrator.migrate(
        migrator.add_column("request", "connection", CharField(default="")),
        migrator.add_column("request", "ends_as", CharField(default="")),
    )
