"""Work to do, and who does it."""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    IntegerField,
    TextField,
)

from b24app.store.tables.base import JSONField, Table


class OutboxMessage(Table):
    """Work to do, written in the transaction that causes it. Done ones go away after a month."""

    id = AutoField()
    portal = CharField()
    request = CharField()
    seq = IntegerField()
    key = CharField(unique=True)  # request:seq, fixed at insert
    topic = CharField()
    lane = CharField()  # portal | letters | seal | provider: order is kept within a lane
    signer = CharField(default="")  # whom a letter concerns; letters to different signers do not wait for each other
    payload = JSONField(default=dict)
    attempts = IntegerField(default=0)
    next_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    dead_at = BigIntegerField(null=True)
    blocks = BooleanField(default=True)  # while not done: later ones of its lane wait; a skipped one lets them pass
    error = TextField(default="")
    failing_since = BigIntegerField(null=True)  # the first failure in a row
    rest_until = BigIntegerField(null=True)  # whatever hurries: a call of its last attempt may still be at work

    class Meta:
        table_name = "outbox"
        indexes = ((("request", "seq"), True),)


class Heartbeat(Table):
    """When the worker was last seen. One row, overwritten once a minute."""

    name = CharField(primary_key=True)
    at = BigIntegerField()


OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.portal,
        OutboxMessage.next_at,
        OutboxMessage.id,
        name="outbox_open_portal",
        where=OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null(),
    )
)
OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.request, OutboxMessage.seq, name="outbox_open_request", where=OutboxMessage.done_at.is_null()
    )
)
OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.portal,
        OutboxMessage.dead_at,
        name="outbox_dead",
        where=OutboxMessage.dead_at.is_null(False) & OutboxMessage.done_at.is_null(),
    )
)
