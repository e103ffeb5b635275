"""Files of a portal: properties, comments, Drive; and the signed links to them (docs: api-reference/files/)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from b24app.sandbox import moments
from b24app.sandbox.portal.rest.errors import RestError


@dataclass(frozen=True)
class StoredFile:
    """Bytes with a name; `id` is the physical FILE_ID."""

    id: int
    name: str
    content: bytes
    author_id: int
    created: str = field(default_factory=moments.now_iso)

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass
class DiskObject:
    """A file on the Drive; `id` differs from `file_id` (docs: api-reference/disk/file/disk-file-get.md)."""

    id: int
    name: str
    file_id: int
    storage_id: int
    parent_id: int
    created_by: int


class Files:
    """Content by id, Drive objects by id, and the secret that signs links."""

    def __init__(self) -> None:
        self._ids = itertools.count(283, 2)
        self._disk_ids = itertools.count(9011, 2)
        self._by_id: dict[int, StoredFile] = {}
        self.disk: dict[int, DiskObject] = {}
        self._secret = secrets.token_bytes(32)

    def add(self, name: str, content: bytes, author_id: int) -> StoredFile:
        stored = StoredFile(next(self._ids), name, content, author_id)
        self._by_id[stored.id] = stored
        return stored

    def get(self, file_id: int) -> StoredFile | None:
        return self._by_id.get(file_id)

    def add_to_disk(self, stored: StoredFile, storage_id: int, parent_id: int) -> DiskObject:
        item = DiskObject(next(self._disk_ids), stored.name, stored.id, storage_id, parent_id, stored.author_id)
        self.disk[item.id] = item
        return item

    def sign(self, kind: str, number: int, access: str) -> str:
        """The `token` of a machine link; bound to the access token it travels with."""
        body = f"{kind}|{number}"
        return quote(f"{body}|{self._mac(body, access)}", safe="")

    def check(self, token: str, access: str) -> tuple[str, int] | None:
        """What a link's `token` points to; None when forged or changed."""
        body, _, mac = token.rpartition("|")
        kind, _, number = body.partition("|")
        if not number.isdigit() or not hmac.compare_digest(mac, self._mac(body, access)):
            return None
        return kind, int(number)

    def _mac(self, body: str, access: str) -> str:
        return hmac.new(self._secret, f"{body}|{access}".encode(), hashlib.sha256).hexdigest()


def decode(pair: Any) -> tuple[str, bytes]:
    """["name.pdf", "BASE64"] -> name and bytes; a data: prefix or bad Base64 is refused."""
    values = list(pair.values()) if isinstance(pair, dict) else pair
    if not isinstance(values, list) or len(values) != 2 or not all(isinstance(part, str) for part in values):
        raise RestError("INVALID_ARG_VALUE", "File must be an array of name and Base64 content")
    name, text = values
    try:
        return name, base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise RestError("ERROR_COULD_NOT_SAVE_FILE", "Could not decode file content") from error
