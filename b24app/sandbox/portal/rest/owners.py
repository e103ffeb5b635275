"""The card a timeline record belongs to: finding it and checking rights."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.rest.errors import RestError, access_denied
from b24app.sandbox.portal.rest.item_view import owner_type
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context


def owner_of(context: Context, type_value: Any, id_value: Any, right: str = "edit") -> Item:
    """The item behind entityTypeId/entityId, ownerTypeId/ownerId or ENTITY_TYPE/ENTITY_ID."""
    kind = owner_type(type_value)
    item = context.portal.crm.get(kind, php.as_int(id_value)) if kind else None
    if item is None:
        raise RestError("OWNER_NOT_FOUND", "Owner was not found")
    if not is_readable(context, item, right):
        raise access_denied("Access denied")
    return item


def key_of(item: Item) -> tuple[int, int]:
    return item.type_id, item.id
