"""Storages and folders of the Drive."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Folder:
    """A folder; a storage's root is one too."""

    id: int
    name: str
    storage_id: int
    parent_id: int = 0


@dataclass(frozen=True)
class Storage:
    """A storage of a user, a group, everybody ("common") or an application ("restapp")."""

    id: int
    name: str
    entity_type: str
    entity_id: str
    root: int

    def as_rest(self) -> dict[str, Any]:
        """docs: api-reference/disk/storage/disk-storage-get-list.md"""
        return {
            "ID": str(self.id),
            "NAME": self.name,
            "CODE": None,
            "MODULE_ID": "disk",
            "ENTITY_TYPE": self.entity_type,
            "ENTITY_ID": self.entity_id,
            "ROOT_OBJECT_ID": str(self.root),
        }


class Drive:
    """Storages by id, folders by id; files are in Files.disk."""

    def __init__(self) -> None:
        self._storage_ids = itertools.count(13)
        self._folder_ids = itertools.count(8910)
        self.storages: dict[int, Storage] = {}
        self.folders: dict[int, Folder] = {}

    def add(self, name: str, entity_type: str, entity_id: str) -> Storage:
        folder_id, storage_id = next(self._folder_ids), next(self._storage_ids)
        storage = Storage(storage_id, name, entity_type, entity_id, folder_id)
        self.storages[storage.id] = storage
        self.folders[folder_id] = Folder(folder_id, name, storage_id)
        return storage

    def add_folder(self, parent: Folder, name: str) -> Folder:
        folder = Folder(next(self._folder_ids), name, parent.storage_id, parent.id)
        self.folders[folder.id] = folder
        return folder

    def for_app(self, number: int) -> Storage:
        for storage in self.storages.values():
            if (storage.entity_type, storage.entity_id) == ("restapp", str(number)):
                return storage
        return self.add("bitrix.restapi", "restapp", str(number))
