"""How a job and its answer travel over a pipe: a length, a JSON header, then the blobs one after another.

Shape on the wire: 4-byte big-endian length of the header; the header, a JSON object whose "blobs" lists
[name, size in bytes]; the bytes of every blob in that order.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

HEADER_LIMIT = 64 * 1024 * 1024
BLOBS_LIMIT = 256 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class BrokenFrame(Exception):
    """The other side closed the pipe or sent something else than a message."""


class ReadExactly(Protocol):
    """Read this many bytes, no fewer; raises BrokenFrame at the end of the stream."""

    def __call__(self, size: int, /) -> bytes: ...


def encode(header: Mapping[str, Any], blobs: Mapping[str, bytes]) -> Iterator[bytes]:
    """Turn a message into the chunks to write, without copying the blobs."""
    sizes = [[name, len(data)] for name, data in blobs.items()]
    text = json.dumps({**header, "blobs": sizes}, separators=(",", ":")).encode()
    yield _LENGTH.pack(len(text)) + text
    yield from blobs.values()


def decode(read: ReadExactly) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read one message. Raises: BrokenFrame."""
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > HEADER_LIMIT:
        raise BrokenFrame("header too long")
    header = _header(read(length))
    if sum(size for _name, size in header["blobs"]) > BLOBS_LIMIT:
        raise BrokenFrame("blobs too long")
    return header, {name: read(size) for name, size in header["blobs"]}


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        sizes = [(str(name), int(size)) for name, size in header["blobs"]]
    except (ValueError, TypeError, KeyError, RecursionError) as e:
        raise BrokenFrame("header is not what was agreed") from e
    if any(size < 0 for _name, size in sizes):
        raise BrokenFrame("negative size")
    return {**header, "blobs": sizes}
