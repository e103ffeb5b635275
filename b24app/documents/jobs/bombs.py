"""Refuse streams that unpack to more than any document needs, before a library unpacks them in one go."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from b24app.errors import N_, DocumentRefused

MB = 1024 * 1024
STREAM_LIMIT = 100 * MB
TOTAL_LIMIT = 300 * MB
FILTERS_LIMIT = 4

BOMB = N_("The PDF unpacks to far more data than its size allows, so we do not open it. Print it as a new PDF.")


def refuse_bombs(pdf: pikepdf.Pdf) -> None:
    """Count what every stream unpacks to. Raises: DocumentRefused with reason "bomb"."""
    total = 0
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            total += _unpacked_size(thing, min(STREAM_LIMIT, TOTAL_LIMIT - total))


def _unpacked_size(stream: pikepdf.Stream, limit: int) -> int:
    filters = _filters(stream)
    if len(filters) > FILTERS_LIMIT:
        raise _bomb()
    chunks: Iterator[bytes] = iter([stream.read_raw_bytes()])
    for name in filters:
        if name not in ("/FlateDecode", "/Fl"):
            break  # images and old text filters: they grow little, and the child's memory limit stands behind
        chunks = _inflate(chunks)
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _bomb()
    return size


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack at most 1 MB at a time; a damaged end is for the reader to judge."""
    decoder = zlib.decompressobj()
    for chunk in chunks:
        rest = chunk
        while rest and not decoder.eof:
            try:
                yield decoder.decompress(rest, MB)
            except zlib.error:
                return
            rest = decoder.unconsumed_tail


def _filters(stream: pikepdf.Stream) -> list[str]:
    filters: Any = stream.get("/Filter", [])
    return [str(filters)] if isinstance(filters, pikepdf.Name) else [str(name) for name in filters]


def _bomb() -> DocumentRefused:
    return DocumentRefused(BOMB, reason="bomb")
