"""Portals, with what opens them and what seals for them."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import JSONField, Table


class Application(Table):
    """A registration at Bitrix24. Written by `apps add`; goes away only by hand."""

    client_id = CharField(primary_key=True)
    client_secret = TextField()  # locked
    created_at = BigIntegerField()


class Portal(Table):
    """One installed Bitrix24, our tenant. Written at installation; stays after removal, without secrets.

    The rate bucket and the worker's lease live in the same row: both are taken in one transaction.
    """

    member_id = CharField(primary_key=True)
    client_id = CharField()
    domain = CharField()
    client_endpoint = CharField()
    application_token = CharField(default="")  # fingerprint
    installer_id = IntegerField(default=0)
    lang = CharField(default="en")
    health = CharField(default="ok")  # ok | reconnect | uninstalled
    health_note = TextField(default="")
    settings = JSONField(default=dict)
    installed_at = BigIntegerField()
    setup_done_at = BigIntegerField(null=True)
    uninstalled_at = BigIntegerField(null=True)
    tokens_milli = BigIntegerField(default=50_000)
    tokens_at = BigIntegerField(default=0)
    lease_by = CharField(default="")
    lease_until = BigIntegerField(default=0)
    hint_at = BigIntegerField(default=0)
    pause_until = BigIntegerField(default=0)
    failures = IntegerField(default=0)
    mail_pause_until = BigIntegerField(default=0)
    mail_failures = IntegerField(default=0)
    surfaces = CharField(default="")  # digest of the placements and events it was given, see bind_surfaces
    surfaces_at = BigIntegerField(default=0)


class PortalToken(Table):
    """An employee's OAuth pair. Written at every verified opening and refresh; dies with the portal."""

    portal = CharField()
    user_id = IntegerField()
    access_token = TextField()  # locked
    refresh_token = TextField()  # locked
    expires_at = BigIntegerField()
    dead_at = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("portal", "user_id")


class Authority(Table):
    """A portal's sealing key and certificates. Made at installation; kept for as long as documents may be verified."""

    portal = CharField(primary_key=True)
    root_pem = TextField()
    leaf_pem = TextField()
    key_pem = TextField()  # locked
    created_at = BigIntegerField()
