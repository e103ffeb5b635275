"""Drive: storages, folders and files, as far as this employee may see them.

Source: api-reference/disk/storage/disk-storage-get-list.md, disk/folder/disk-folder-get-children.md,
disk/file/disk-file-get.md. Scope: disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix import files
from b24app.bitrix.batch import Command, as_map
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import positive_int
from b24app.bitrix.values import text
from b24app.errors import N_, NotFound

SCOPE = "disk"
_ORDER_OF_KINDS = ("user", "common", "group")


@dataclass(frozen=True)
class Storage:
    """Somebody's drive. `root` is its topmost folder. `kind`: user, common or group."""

    id: int
    name: str
    kind: str
    root: int


@dataclass(frozen=True)
class Entry:
    """A folder or a file. `size` in bytes, 0 for a folder."""

    id: int
    name: str
    is_folder: bool
    size: int = 0


@dataclass(frozen=True)
class Folder:
    """One page of a folder: folders first. `next` is where the next page starts, 0 on the last one."""

    entries: tuple[Entry, ...]
    next: int = 0


def storages_command() -> Command:
    return Command("disk.storage.getlist", {"filter": {"ENTITY_TYPE": ["user", "common", "group"]}})


def parse_storages(result: Any, user_id: int) -> tuple[Storage, ...]:
    """Read the drives: his own, the company's, those of groups; a colleague's drive is not offered."""
    rows = [row for row in as_map(result).values() if isinstance(row, Mapping)]
    found = []
    for row in rows:
        kind, owner = text(row.get("ENTITY_TYPE")), positive_int(row.get("ENTITY_ID"))
        if kind in _ORDER_OF_KINDS and (kind != "user" or owner == user_id):
            root = positive_int(row.get("ROOT_OBJECT_ID"))
            found.append(Storage(positive_int(row.get("ID")), text(row.get("NAME")), kind, root))
    return tuple(sorted(found, key=lambda storage: (_ORDER_OF_KINDS.index(storage.kind), storage.name.casefold())))


def open_folder(portal: Portal, folder_id: int, *, search: str = "", start: int = 0) -> Folder:
    """List a folder, or what in it has `search` in its name. Raises: BitrixError."""
    params: dict[str, Any] = {"id": folder_id, "order": {"NAME": "ASC"}, "start": start}
    if search:
        params["filter"] = {"%NAME": search}
    answer = portal.call("disk.folder.getchildren", params)
    rows = [row for row in as_map(answer.result).values() if isinstance(row, Mapping)]
    entries = [_entry(row) for row in rows if positive_int(row.get("ID"))]
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Folder(tuple(entries), answer.next or 0)


def fetch_file(portal: Portal, file_id: int, *, max_bytes: int) -> tuple[str, bytes]:
    """Download a file of the Drive; returns its name and its bytes. Raises: BitrixError, NotFound."""
    row = as_map(portal.call("disk.file.get", {"id": file_id}).result)
    link = text(row.get("DOWNLOAD_URL"))
    if not link:
        raise NotFound(N_("This file is no longer on the Drive. Open the folder again."))
    return text(row.get("NAME")), files.fetch(portal, link, max_bytes=max_bytes)


def _entry(row: Mapping[str, Any]) -> Entry:
    is_folder = text(row.get("TYPE")).lower() == "folder"
    return Entry(positive_int(row.get("ID")), text(row.get("NAME")), is_folder, positive_int(row.get("SIZE")))
