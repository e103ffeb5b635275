"""crm.timeline.comment.* and crm.timeline.bindings.* (docs: api-reference/crm/timeline/comments/, bindings/)."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal import files
from b24app.sandbox.portal.fields import TYPE_NAMES
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError, classic
from b24app.sandbox.portal.rest.item_view import owner_type
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.owners import key_of, owner_of
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest
from b24app.sandbox.portal.timeline import Record

COMMENTS_STORAGE, COMMENTS_FOLDER = 1357, 8930


def _no_files_in_batch(context: Context, fields: dict[str, Any]) -> None:
    """Files inside a batch are not described anywhere; the sandbox refuses them."""
    if context.in_batch and "FILES" in fields:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)


def _fields(context: Context) -> dict[str, Any]:
    if "fields" not in context.params:
        raise RestError("100", "Could not find value for parameter {fields}")
    return {str(key).upper(): value for key, value in php.as_map(context.params["fields"]).items()}


@rest("crm.timeline.comment.add", scope="crm")
def add(context: Context) -> int:
    """ENTITY_TYPE is a name; an empty COMMENT is refused even with files. Gives the record's id."""
    fields = _fields(context)
    _no_files_in_batch(context, fields)
    for name in ("ENTITY_ID", "ENTITY_TYPE"):
        if fields.get(name) in (None, ""):
            raise RestError("100", f"Could not find value for parameter {{{name}}}")
    if not str(fields["ENTITY_TYPE"]).isalpha():
        raise RestError("OWNER_NOT_FOUND", "Owner was not found")
    item = owner_of(context, fields["ENTITY_TYPE"], fields["ENTITY_ID"], "read")
    text = str(fields.get("COMMENT") or "").strip()
    if not text:
        raise RestError("INVALID_ARG_VALUE", "Comment message is empty")
    stored = _store(context, fields.get("FILES"))
    record = context.portal.timeline.add("comment", key_of(item), context.user.id, text=text, files=stored)
    context.portal.events.fire("ONCRMTIMELINECOMMENTADD", {"FIELDS": {"ID": str(record.id)}}, context.user.id)
    return record.id


def _store(context: Context, given: Any) -> list[int]:
    """Files go to the Drive; gives the Drive ids."""
    pairs = [files.decode(pair) for pair in php.as_list(given)]
    portal = context.portal
    stored = [portal.files.add(name, content, context.user.id) for name, content in pairs]
    return [portal.files.add_to_disk(one, COMMENTS_STORAGE, COMMENTS_FOLDER).id for one in stored]


def _comment(context: Context, number: Any) -> Record:
    """A comment by id; errors of these methods have an empty code."""
    record_id = php.as_int(number)
    if record_id <= 0:
        raise classic("ID is not defined or invalid.")
    record = context.portal.timeline.records.get(record_id)
    if record is None or record.kind != "comment":
        raise classic("Not found.")
    return record


def _check_rights(context: Context, record: Record, right: str) -> None:
    items = [context.portal.crm.get(*owner) for owner in record.owners]
    if not any(item is not None and is_readable(context, item, right) for item in items):
        raise classic("Access denied.")


def _row(context: Context, record: Record) -> dict[str, Any]:
    kind, number = record.owners[0]
    return {
        "ID": str(record.id),
        "ENTITY_ID": str(number),
        "ENTITY_TYPE": TYPE_NAMES[kind].lower(),
        "CREATED": record.created,
        "COMMENT": record.data["text"],
        "AUTHOR_ID": str(record.author_id),
        "FILES": {str(disk_id): _file_row(context, disk_id) for disk_id in record.data["files"]},
    }


def _file_row(context: Context, disk_id: int) -> dict[str, Any]:
    portal = context.portal
    item = portal.files.disk[disk_id]
    stored = portal.files.get(item.file_id)
    assert stored is not None
    author = portal.employees[stored.author_id]
    return {
        "id": disk_id,
        "date": stored.created,
        "type": "file",
        "name": stored.name,
        "size": stored.size,
        "authorId": author.id,
        "authorName": author.full_name,
        "urlPreview": "",
        "urlShow": f"{portal.url}/disk/showFile/{disk_id}/?&ncc=1&filename={stored.name}",
        "urlDownload": f"{portal.url}/disk/downloadFile/{disk_id}/?&ncc=1&filename={stored.name}",
    }


@rest("crm.timeline.comment.get", scope="crm")
def get(context: Context) -> dict[str, Any]:
    record = _comment(context, context.get("id"))
    _check_rights(context, record, "read")
    return _row(context, record)


@rest("crm.timeline.comment.list", scope="crm")
def list_(context: Context) -> Page:
    """filter needs ENTITY_ID and ENTITY_TYPE."""
    conditions = {str(key).upper(): value for key, value in php.as_map(context.get("filter")).items()}
    kind = owner_type(conditions.get("ENTITY_TYPE"))
    item = context.portal.crm.get(kind, php.as_int(conditions.get("ENTITY_ID"))) if kind else None
    if item is None or not is_readable(context, item):
        raise classic("Access denied.")
    rows = [_row(context, record) for record in context.portal.timeline.of(key_of(item), "comment")]
    arranged = filters.select_rows(rows, {}, context.get("order"))
    page = page_of(arranged, context.get("start"))
    return Page([filters.pick(row, context.get("select")) for row in page.result], page.total, page.next)


@rest("crm.timeline.comment.update", scope="crm")
def update(context: Context) -> bool:
    """FILES, once present, replaces all old files."""
    record = _comment(context, context.get("id"))
    fields = _fields(context)
    _no_files_in_batch(context, fields)
    _check_rights(context, record, "edit")
    if "COMMENT" in fields:
        text = str(fields["COMMENT"] or "").strip()
        if not text:
            raise RestError("INVALID_ARG_VALUE", "Comment message is empty")
        record.data["text"] = text
    if "FILES" in fields:
        record.data["files"] = _store(context, fields["FILES"])
    context.portal.timeline.touch()
    return True


@rest("crm.timeline.comment.delete", scope="crm")
def delete(context: Context) -> bool:
    record = _comment(context, context.get("id"))
    _check_rights(context, record, "edit")
    del context.portal.timeline.records[record.id]
    context.portal.timeline.touch()
    return True


@rest("crm.timeline.bindings.bind", scope="crm")
def bind(context: Context) -> bool:
    """Show one record in another card too; errors have empty codes."""
    record, owner = _binding(context)
    if owner not in record.owners:
        record.owners.append(owner)
        context.portal.timeline.touch()
    return True


@rest("crm.timeline.bindings.unbind", scope="crm")
def unbind(context: Context) -> bool:
    record, owner = _binding(context)
    if record.owners == [owner]:
        raise classic("Can not delete last binding.")
    if owner in record.owners:
        record.owners.remove(owner)
        context.portal.timeline.touch()
    return True


def _binding(context: Context) -> tuple[Record, tuple[int, int]]:
    fields = _fields(context)
    record = context.portal.timeline.records.get(php.as_int(fields.get("OWNER_ID")))
    if record is None:
        raise classic("OWNER_ID is not defined or invalid.")
    kind = owner_type(fields.get("ENTITY_TYPE"))
    item = context.portal.crm.get(kind, php.as_int(fields.get("ENTITY_ID"))) if kind else None
    if item is None:
        raise classic("ENTITY_ID is not defined or invalid.")
    if not is_readable(context, item, "edit"):
        raise classic("Access denied.")
    return record, key_of(item)


@rest("crm.timeline.bindings.list", scope="crm")
def bindings(context: Context) -> Page:
    conditions = {str(key).upper(): value for key, value in php.as_map(context.get("filter")).items()}
    record = context.portal.timeline.records.get(php.as_int(conditions.get("OWNER_ID")))
    if record is None:
        raise classic("OWNER_ID is not defined or invalid.")
    rows = [
        {"OWNER_ID": str(record.id), "ENTITY_ID": str(number), "ENTITY_TYPE": TYPE_NAMES[kind].lower()}
        for kind, number in record.owners
    ]
    return Page(rows, len(rows))
