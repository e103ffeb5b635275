"""The audit trail."""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    IntegerField,
)

from b24app.store.tables.base import JSONField, Table


class AuditRow(Table):
    """The append-only audit trail, hash-chained per request. Lives as long as the request."""

    request = CharField()
    position = IntegerField()
    portal = CharField()
    type = CharField()
    at = BigIntegerField()
    actor_kind = CharField()
    actor_id = CharField(default="")
    signer = CharField(default="")
    data = JSONField(default=dict)
    digest = CharField()

    class Meta:
        table_name = "audit_event"
        primary_key = CompositeKey("request", "position")
