"""Fetch files of a portal: of a card's properties, and by any machine link it hands out.

Source: api-reference/files/how-to-download-files.md. A machine link carries the employee's token: it is asked for
anew each time, followed at the portal's own address only, and neither kept nor shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.batch import as_map
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity, positive_int
from b24app.bitrix.urls import is_same_origin
from b24app.errors import N_, BitrixError, NotFound

FILES_OF_PROPERTY = 20


@dataclass(frozen=True)
class PropertyFile:
    """A file in a property of a card. Bitrix24 tells no name: `label` is the property's, `number` counts in it."""

    property: str
    file_id: int
    label: str
    number: int


def fetch(portal: Portal, link: str, *, max_bytes: int) -> bytes:
    """Download by a machine link. Raises: BitrixError with code foreign_link when it leads elsewhere."""
    if not is_same_origin(link, portal.origin):
        raise BitrixError(N_("The link to the file points outside Bitrix24."), code="foreign_link", permanent=True)
    return portal.download(link, max_bytes=max_bytes)


def fetch_property(portal: Portal, entity: Entity, name: str, file_id: int, *, max_bytes: int) -> bytes:
    """Read the card again with this employee's rights and fetch one file of its property."""
    params = {"entityTypeId": entity.type_id, "id": entity.id, "useOriginalUfNames": "Y"}
    item = as_map(as_map(portal.call("crm.item.get", params).result).get("item"))
    for value in _values(item.get(name)):
        link = value.get("urlMachine")
        if positive_int(value.get("id")) == file_id and isinstance(link, str):
            return fetch(portal, link, max_bytes=max_bytes)
    raise NotFound(N_("This file is no longer in the card. Close the window and open it again."))


def file_ids(value: Any) -> tuple[int, ...]:
    """Read the ids of a property's files, be it one or several."""
    found = (positive_int(each.get("id")) for each in _values(value))
    return tuple(file_id for file_id in found if file_id)[:FILES_OF_PROPERTY]


def without_links(item: Mapping[str, Any]) -> dict[str, Any]:
    """Take the links out of a card's file properties before it is kept: they carry the employee's token."""
    return {name: _without_link(value) for name, value in item.items()}


def _without_link(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_link(each) for each in value]
    if isinstance(value, Mapping) and "urlMachine" in value:
        return {"id": value.get("id")}
    return value


def _values(value: Any) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, Mapping)]
