"""Search: the words under which requests are found. Troubles: since when a message fails.

Requests that stand are given their words in batches. The folding is the application's own: what is written here must be
found by what it asks. The old lists' indexes go: every list reads the words' rows now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peewee import (
    BigIntegerField,
    BlobField,
    CharField,
    CompositeKey,
    Model,
    SchemaManager,
    SqliteDatabase,
    TextField,
)

from b24app.domain.findable import EVERYBODYS, card_mark, marks_of, reader_of, text_words

BATCH = 500
ROWS_AT_ONCE = 2000


class KeptByKey(SchemaManager):
    def _create_table(self, safe: bool = True, **options: Any) -> Any:
        statement = super()._create_table(safe, **options)
        return statement.literal(" WITHOUT ROWID") if isinstance(self.database, SqliteDatabase) else statement


class Table(Model):
    class Meta:
        legacy_table_names = False


class Request(Table):
    id = CharField(primary_key=True)
    portal = CharField()
    status = CharField()
    title = CharField()
    sender_id = BigIntegerField()
    responsible_id = BigIntegerField()
    entity_type_id = BigIntegerField()
    entity_id = BigIntegerField()
    created_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)


class SignerRow(Table):
    id = CharField(primary_key=True)
    request = CharField()
    name = CharField()
    email = CharField()
    status = CharField()

    class Meta:
        table_name = "signer"


class OutboxMessage(Table):
    portal = CharField()
    request = CharField()
    done_at = BigIntegerField(null=True)
    dead_at = BigIntegerField(null=True)
    failing_since = BigIntegerField(null=True)

    class Meta:
        table_name = "outbox"


class RequestWord(Table):
    portal = CharField()
    reader = CharField()
    word = BlobField()
    created_at = BigIntegerField()
    request = CharField()

    class Meta:
        primary_key = CompositeKey("portal", "reader", "word", "created_at", "request")
        schema_manager_class = KeptByKey


class RequestText(Table):
    portal = CharField()
    created_at = BigIntegerField()
    request = CharField()
    words = TextField()

    class Meta:
        primary_key = CompositeKey("portal", "created_at", "request")
        schema_manager_class = KeptByKey


ALL = [Request, SignerRow, OutboxMessage, RequestWord, RequestText]
IS_DEAD = OutboxMessage.dead_at.is_null(False) & OutboxMessage.done_at.is_null()
OutboxMessage.add_index(
    OutboxMessage.index(OutboxMessage.portal, OutboxMessage.dead_at, name="outbox_dead", where=IS_DEAD)
)


def up(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.add_column("outbox", "failing_since", BigIntegerField(null=True)))
    for columns in ("portal_created_at", "portal_sender_id_created_at", "portal_responsible_id_created_at"):
        migrator.migrate(migrator.drop_index("request", f"request_{columns}"))
    with db.bind_ctx(ALL):
        db.create_tables([RequestWord, RequestText])
        OutboxMessage._schema.create_indexes()
        OutboxMessage.update(failing_since=OutboxMessage.dead_at).where(IS_DEAD).execute()
        for batch in _batches():
            _write(batch)


def _batches() -> Iterator[list[Request]]:
    last = ""
    while batch := list(Request.select().where(Request.id > last).order_by(Request.id).limit(BATCH)):
        last = batch[-1].id
        yield batch


def _write(batch: list[Request]) -> None:
    ids = [request.id for request in batch]
    signers: dict[str, list[SignerRow]] = {id: [] for id in ids}
    for signer in SignerRow.select().where(SignerRow.request.in_(ids)):
        signers[signer.request].append(signer)
    dead = {row.request for row in OutboxMessage.select().where(IS_DEAD & OutboxMessage.request.in_(ids))}
    words = {request.id: _words(request, signers[request.id], request.id in dead) for request in batch}
    RequestText.insert_many([(r.portal, r.created_at, r.id, f" {' '.join(words[r.id])} ") for r in batch]).execute()
    rows = sorted(row for request in batch for row in _rows(request, words[request.id]))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        RequestWord.insert_many(rows[start : start + ROWS_AT_ONCE]).execute()


def _words(request: Request, signers: list[SignerRow], has_dead: bool) -> list[str]:
    bounced = request.ended_at is None and any(signer.status == "bounced" for signer in signers)
    marks = marks_of(request.status, request.responsible_id, is_troubled=has_dead or bounced)
    people = [(signer.name, signer.email) for signer in signers]
    card = card_mark(request.entity_type_id, request.entity_id)
    return sorted({*text_words(request.title, people), *marks, card})


def _rows(request: Request, words: list[str]) -> Iterator[tuple[str, str, bytes, int, str]]:
    for reader in {EVERYBODYS, reader_of(request.sender_id), reader_of(request.responsible_id)}:
        for word in words:
            yield request.portal, reader, word.encode(), request.created_at, request.id
