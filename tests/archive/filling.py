"""A row of a portal in every table, whatever tables there are: new ones are filled by the kinds of their columns."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from peewee import AutoField, BlobField, BooleanField, Field, IntegerField

from b24app.domain.events import Actor, AuditEvent, EventType
from b24app.evidence.trail import link
from b24app.services.context import Context
from b24app.store.belongings import PARTS
from b24app.store.database import reading, writing
from b24app.store.removal import BLOB_COLUMNS
from b24app.store.tables import Application, AuditRow, JSONField, Portal, Request, Table

_numbers = itertools.count(1000)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fill(ctx: Context, portal: str) -> None:
    """Write one row into every table that belongs to portals, all of them this portal's, with a file for each name."""
    with writing():
        for part in PARTS:
            part.table.insert(**_row(ctx, portal, part.table)).execute()


def contents(portal: str) -> dict[str, list[dict[str, Any]]]:
    """Read everything a portal has, by table, numbers that a database counts by itself left out."""
    with reading():
        owner = Portal.get_by_id(portal).client_id
        return {part.name: sorted(_rows(part.table, portal, owner), key=repr) for part in PARTS}


def _rows(table: type[Table], portal: str, client_id: str) -> list[dict[str, Any]]:
    if table is Application:
        condition = Application.client_id == client_id
    else:
        condition = table._meta.fields["member_id" if table is Portal else "portal"] == portal
    kept = [field for field in table._meta.sorted_fields if not isinstance(field, AutoField)]
    return list(table.select(*kept).where(condition).dicts())


def _row(ctx: Context, portal: str, table: type[Table]) -> dict[str, Any]:
    fields = [field for field in table._meta.sorted_fields if not isinstance(field, AutoField)]
    row = {field.name: _value(ctx, portal, field) for field in fields}
    return _event(row) if table is AuditRow else row


def _value(ctx: Context, portal: str, field: Field) -> Any:
    """Make a value that is nobody else's, in every column, those with defaults too."""
    if field.name == "status":
        return "completed" if field.model is Request else "signed"
    if any(field is column for column in BLOB_COLUMNS):
        return ctx.blobs.put(f"{portal} {field.model.__name__} {field.name}".encode())
    if field.name in ("portal", "member_id"):
        return portal
    if field.name == "client_id":
        return f"local.{portal}"
    if field.name == "request" or field is Request.id:
        return f"request of {portal}"
    if isinstance(field, BlobField):
        return b"\x00\xff " + portal.encode()
    if isinstance(field, BooleanField):
        return not field.default
    if isinstance(field, JSONField):
        return {"text": "Ж\n\"'", "list": [1, 0.1, None, True], "secret": ctx.vault.lock(portal)}
    return next(_numbers) if isinstance(field, IntegerField) else f"{field.name} {next(_numbers)}"


def _event(row: dict[str, Any]) -> dict[str, Any]:
    event = AuditEvent(EventType.REQUEST_SENT, NOON, Actor("employee", "6"), "", {"reason": "Ж"})
    written = {"position": 1, "type": str(event.type), "at": 1_772_452_800_000, "actor_kind": "employee"}
    said = {"actor_id": "6", "signer": "", "data": {"reason": "Ж"}, "digest": link("", event, row["request"], 1)}
    return {**row, **written, **said}
