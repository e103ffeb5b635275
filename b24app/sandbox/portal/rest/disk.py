"""Drive (docs: api-reference/disk/). Upload methods are refused inside a batch."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal import files
from b24app.sandbox.portal.drive import Folder
from b24app.sandbox.portal.files import DiskObject
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError, access_denied
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest


def _missing_id() -> RestError:
    return RestError("ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")


def _no_such(number: Any) -> RestError:
    return RestError("ERROR_NOT_FOUND", f"Could not find entity with id `{number}`")


@rest("disk.storage.getlist", scope="disk")
def storages(context: Context) -> Page:
    rows = [storage.as_rest() for storage in context.portal.drive.storages.values()]
    chosen = filters.select_rows(rows, context.get("filter"), context.get("order"))
    return page_of(chosen, context.get("start"))


@rest("disk.storage.getforapp", scope="disk", app_only=True, app_error=("ACCESS_DENIED", 400))
def app_storage(context: Context) -> dict[str, Any]:
    """The application's own storage, created on first use; administrator only."""
    if not context.user.admin:
        raise access_denied()
    return context.portal.drive.for_app(context.the_app.number).as_rest()


def _folder(context: Context, number: Any) -> Folder:
    if number in (None, ""):
        raise _missing_id()
    folder = context.portal.drive.folders.get(php.as_int(number))
    if folder is None:
        raise _no_such(number)
    return folder


@rest("disk.folder.addsubfolder", scope="disk")
def add_folder(context: Context) -> dict[str, Any]:
    parent, name = _folder(context, context.get("id")), str(php.as_map(context.get("data")).get("NAME") or "")
    if not name:
        raise RestError("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
    return folder_row(context.portal.drive.add_folder(parent, name))


def folder_row(folder: Folder) -> dict[str, Any]:
    """docs: api-reference/disk/folder/disk-folder-get-children.md"""
    return {
        "ID": str(folder.id),
        "NAME": folder.name,
        "CODE": None,
        "STORAGE_ID": str(folder.storage_id),
        "TYPE": "folder",
        "PARENT_ID": str(folder.parent_id),
        "DELETED_TYPE": "0",
    }


@rest("disk.folder.uploadfile", scope="disk", in_batch=False)
def upload(context: Context) -> dict[str, Any]:
    """With fileContent stores the file; without it gives an address for a multipart POST."""
    folder = _folder(context, context.get("id"))
    data = php.as_map(context.get("data"))
    if "fileContent" not in context.params:
        token = context.portal.files.sign("upload", folder.id, context.access)
        return {
            "field": "file",
            "uploadUrl": f"{context.portal.url}/rest/upload.json?auth={context.access}&token={token}",
        }
    name, content = files.decode(context.params["fileContent"])
    if not data.get("NAME"):
        raise RestError("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
    return file_row(context, store(context, folder, str(data["NAME"]) or name, content))


def store(context: Context, folder: Folder, name: str, content: bytes) -> DiskObject:
    """Put a file into a folder, with a free name when the wanted one is taken and generateUniqueName is set."""
    taken = {one.name for one in context.portal.files.disk.values() if one.parent_id == folder.id}
    if name in taken:
        if not php.truthy(context.get("generateUniqueName")):
            raise RestError("DISK_OBJ_22000", "A file with this name already exists")
        stem, dot, suffix = name.rpartition(".")
        name = next(
            new
            for new in (f"{stem or suffix} ({n}){dot}{suffix if stem else ''}" for n in range(1, 1000))
            if new not in taken
        )
    stored = context.portal.files.add(name, content, context.user.id)
    return context.portal.files.add_to_disk(stored, folder.storage_id, folder.id)


def file_row(context: Context, item: DiskObject) -> dict[str, Any]:
    """docs: api-reference/disk/file/disk-file-get.md; ID (Drive object) differs from FILE_ID."""
    portal = context.portal
    stored = portal.files.get(item.file_id)
    assert stored is not None
    token = portal.files.sign("disk", item.id, context.access)
    return {
        "ID": str(item.id),
        "NAME": item.name,
        "CODE": None,
        "STORAGE_ID": str(item.storage_id),
        "TYPE": "file",
        "PARENT_ID": str(item.parent_id),
        "DELETED_TYPE": "0",
        "GLOBAL_CONTENT_VERSION": "1",
        "FILE_ID": str(item.file_id),
        "SIZE": str(stored.size),
        "CREATE_TIME": stored.created,
        "UPDATE_TIME": stored.created,
        "DELETE_TIME": None,
        "CREATED_BY": str(item.created_by),
        "UPDATED_BY": str(item.created_by),
        "DELETED_BY": "0",
        "DOWNLOAD_URL": f"{portal.url}/rest/download.json?auth={context.access}&token={token}",
        "DETAIL_URL": f"{portal.url}/company/personal/user/{item.created_by}/disk/file/{item.name}",
    }


@rest("disk.file.get", scope="disk")
def get_file(context: Context) -> dict[str, Any]:
    number = context.get("id")
    if number in (None, ""):
        raise _missing_id()
    item = context.portal.files.disk.get(php.as_int(number))
    if item is None:
        raise _no_such(number)
    return file_row(context, item)


@rest("disk.folder.getchildren", scope="disk")
def children(context: Context) -> Page:
    folder = _folder(context, context.get("id"))
    rows = [folder_row(one) for one in context.portal.drive.folders.values() if one.parent_id == folder.id]
    rows += [file_row(context, one) for one in context.portal.files.disk.values() if one.parent_id == folder.id]
    return page_of(filters.select_rows(rows, context.get("filter"), context.get("order")), context.get("start"))
