"""crm.item.*: get, list, add, update, delete, fields (docs: api-reference/crm/universal/)."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.fields import DEAL, FIELDS, LEAD, TYPE_NAMES, Field, UserField, camel_uf, field_of
from b24app.sandbox.portal.rest import filters, item_view, item_write
from b24app.sandbox.portal.rest.errors import RestError, access_denied, not_found
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest


def is_readable(context: Context, item: Item, right: str = "read") -> bool:
    """Leads and deals follow the employee's rights; contacts and companies are open to all employees."""
    return item.type_id not in {LEAD, DEAL} or context.user.may(right, item.assigned_by)


def type_of(context: Context) -> int:
    """The entityTypeId parameter; old invoices and unknown types are refused."""
    number = context.required_int("entityTypeId")
    if number == 5:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type Invoice is not supported")
    if number not in FIELDS:
        raise not_found("SPA not found")
    return number


def item_of(context: Context, right: str = "read") -> Item:
    """The item named by entityTypeId and id, if there is one and the employee may."""
    item = context.portal.crm.get(type_of(context), context.required_int("id"))
    if item is None:
        raise not_found("Element not found")
    if not is_readable(context, item, right):
        verb = "view" if right == "read" else "edit"
        raise access_denied(f"You do not have permission to {verb} this item")
    return item


def _original(context: Context) -> bool:
    return php.truthy(context.exact("useOriginalUfNames"))


@rest("crm.item.get", scope="crm")
def get(context: Context) -> dict[str, Any]:
    return {"item": item_view.modern(context, item_of(context), original=_original(context))}


@rest("crm.item.list", scope="crm")
def list_(context: Context) -> Page:
    """Items without read permission are silently left out; an unknown filter field is an error."""
    type_id, original = type_of(context), _original(context)
    select = [str(name) for name in php.as_list(context.exact("select"))]
    rows = [item for item in context.portal.crm.of_type(type_id) if is_readable(context, item)]
    conditions = php.as_map(context.exact("filter"))
    try:
        chosen = [item for item in rows if _fits(context, item, conditions, original)]
        filters.matches(None, conditions, lambda *_: None, _known(context, type_id, original), strict=True)
    except filters.UnknownFilterField as error:
        raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{error}' is not allowed in filter") from error
    order = context.exact("order") or {"id": "ASC"}
    arranged = filters.ordered(chosen, order, lambda item, name: _read(context, item, name, original))
    page = page_of(arranged, context.exact("start"))
    return Page({"items": [_row(context, item, select, original) for item in page.result]}, page.total, page.next)


def _known(context: Context, type_id: int, original: bool) -> Any:
    crm = context.portal.crm
    return lambda name: (
        field_of(type_id, name) is not None or crm.user_field_by_key(type_id, name, original=original) is not None
    )


def _fits(context: Context, item: Item, conditions: dict[str, Any], original: bool) -> bool:
    def read(row: Item, name: str) -> Any:
        return _read(context, row, name, original)

    return filters.matches(item, conditions, read, _known(context, item.type_id, original), strict=True)


def _read(context: Context, item: Item, name: str, original: bool) -> Any:
    """A value for filtering and sorting; boolean properties compare as 1/0, not Y/N."""
    if field_of(item.type_id, name):
        return item.fields.get(name)
    known = context.portal.crm.user_field_by_key(item.type_id, name, original=original)
    value = item.uf.get(known.name) if known else None
    return bool(value) if known and known.type == "boolean" else value


def _row(context: Context, item: Item, select: list[str], original: bool) -> dict[str, Any]:
    """`fm` comes with "*" only; naming it gives nothing."""
    view = item_view.modern(context, item, original=original, multi="*" in select)
    if not select or "*" in select:
        return view
    return {key: value for key, value in view.items() if key in {*select, "id"}}


@rest("crm.item.add", scope="crm")
def add(context: Context) -> dict[str, Any]:
    type_id = type_of(context)
    fields = php.as_map(context.required("fields"))
    if context.user.edits == "none" and not context.user.admin:
        raise access_denied("You do not have permission to add items")
    item = context.portal.crm.add(type_id, by=context.user.id, assignedById=context.user.id)
    item_write.write(context, item, fields, original=_original(context))
    context.portal.crm.touch(item, context.user.id)
    context.portal.changed(item, "ADD", context.user.id)
    return {"item": item_view.modern(context, item, original=_original(context))}


@rest("crm.item.update", scope="crm")
def update(context: Context) -> dict[str, Any]:
    """Fires the update event and robots only when something really changed."""
    item = item_of(context, "edit")
    fields = php.as_map(context.required("fields"))
    if item_write.write(context, item, fields, original=_original(context)):
        context.portal.crm.touch(item, context.user.id)
        context.portal.changed(item, "UPDATE", context.user.id)
    return {"item": item_view.modern(context, item, original=_original(context))}


@rest("crm.item.delete", scope="crm")
def delete(context: Context) -> list[Any]:
    item = item_of(context, "edit")
    context.portal.crm.delete(item.type_id, item.id)
    context.portal.changed(item, "DELETE", context.user.id)
    return []


@rest("crm.item.fields", scope="crm")
def fields(context: Context) -> dict[str, Any]:
    """docs: api-reference/crm/universal/crm-item-fields.md"""
    type_id = type_of(context)
    described = {known.name: _describe(known) for known in FIELDS[type_id]}
    for known in context.portal.crm.fields_of(type_id):
        key = known.name if _original(context) else camel_uf(known.name)
        described[key] = _describe_property(known)
    return {"fields": described}


def _describe(known: Field) -> dict[str, Any]:
    return {
        "type": known.type,
        "isRequired": False,
        "isReadOnly": known.read_only,
        "isImmutable": False,
        "isMultiple": isinstance(known.default, list),
        "isDynamic": False,
        "title": known.title,
        "upperName": known.classic,
    }


def _describe_property(known: UserField) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": known.type,
        "isRequired": known.mandatory,
        "isReadOnly": False,
        "isImmutable": False,
        "isMultiple": known.multiple,
        "isDynamic": True,
        "title": known.label,
        "listLabel": known.label,
        "formLabel": known.label,
        "filterLabel": known.label,
        "settings": known.settings,
        "upperName": known.name,
    }
    if known.type == "enumeration":
        described["items"] = [{"ID": str(number), "VALUE": text} for number, text in known.options.items()]
    return described


def type_name(type_id: int) -> str:
    return TYPE_NAMES[type_id]
