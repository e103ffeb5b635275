"""Which characters our fonts can print, read from the fonts themselves.

Only the table "cmap" is read: https://learn.microsoft.com/typography/opentype/spec/cmap
"""

from __future__ import annotations

import functools
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from b24app.documents.fonts import FONTS_DIR, TEXT_FONTS

Ranges = list[tuple[int, int]]

_INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_ORNAMENTS = {"So", "Sk", "Co", "Cn"}
_VARIATIONS = range(0xFE00, 0xFE10)  # selectors: how the character before looks
_EMOJI = range(0x1F000, 0x1FC00)
_FITTING_FORMATS = {(3, 10): 2, (0, 4): 2, (0, 6): 2, (3, 1): 1, (0, 3): 1}


def unprintable(text: str) -> str:
    """Name the characters of a text that none of our fonts has, each once, in order of appearance."""
    return "" if text.isascii() else "".join(char for char in dict.fromkeys(text) if not _is_printable(char))


def missing_letters(*texts: str) -> tuple[str, ...]:
    """Name the letters of some texts that no font has, ornaments left out."""
    return tuple(char for char in unprintable("".join(texts)) if not is_ornament(char))


def is_ornament(char: str) -> bool:
    """Say whether a character is a picture or a sign, which a document can do without, rather than a letter."""
    return ord(char) in _EMOJI or ord(char) in _VARIATIONS or unicodedata.category(char) in _ORNAMENTS


def without_fontless(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Leave out of every text what no font has, for it would print as a box. Returns the letters that are missing."""
    missing: dict[str, None] = {}

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            lost = unprintable(value)
            missing.update(dict.fromkeys(lost))
            return value.translate(dict.fromkeys(map(ord, lost))) if lost else value
        if isinstance(value, Mapping):
            return {name: clean(each) for name, each in value.items()}
        return [clean(each) for each in value] if isinstance(value, list) else value

    cleaned = clean(document)
    return cleaned, [char for char in missing if not is_ornament(char)]


def _is_printable(char: str) -> bool:
    if char.isascii() or unicodedata.category(char) in _INVISIBLE:
        return True
    code, ranges = ord(char), _covered()
    place = bisect_right(ranges, (code, 0x110000)) - 1
    return place >= 0 and ranges[place][0] <= code <= ranges[place][1]


@functools.cache
def _covered() -> Ranges:
    """All characters of the fonts that text is set in, as sorted ranges that do not touch."""
    found = sorted(each for name in TEXT_FONTS for each in _ranges_of(FONTS_DIR / name))
    merged: Ranges = []
    for first, last in found:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _ranges_of(path: Path) -> Iterator[tuple[int, int]]:
    with path.open("rb") as file:
        data = _table(file, b"cmap")
    (count,) = struct.unpack_from(">H", data, 2)
    records = [struct.unpack_from(">HHI", data, 4 + 8 * place) for place in range(count)]
    fitting = [(_FITTING_FORMATS.get((platform, kind), 0), offset) for platform, kind, offset in records]
    rank, offset = max(fitting)
    if rank:
        (kind,) = struct.unpack_from(">H", data, offset)
        yield from {4: _segments, 12: _groups}[kind](data[offset:])


def _table(file: BinaryIO, tag: bytes) -> bytes:
    (count,) = struct.unpack(">4xH6x", file.read(12))
    for _ in range(count):
        name, offset, length = struct.unpack(">4s4xII", file.read(16))
        if name == tag:
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"a font without {tag!r}")


def _segments(table: bytes) -> Iterator[tuple[int, int]]:
    """Format 4: the Basic Multilingual Plane. A segment's characters may lack a glyph one by one."""
    (doubled,) = struct.unpack_from(">H", table, 6)
    ends, starts = 14, 16 + doubled
    for place in range(0, doubled, 2):
        (last,) = struct.unpack_from(">H", table, ends + place)
        (first,) = struct.unpack_from(">H", table, starts + place)
        (delta,) = struct.unpack_from(">H", table, starts + doubled + place)
        at = starts + 2 * doubled + place
        (offset,) = struct.unpack_from(">H", table, at)
        if first == 0xFFFF:
            continue
        if not offset:
            yield first, last
            continue
        for code in range(first, last + 1):
            (glyph,) = struct.unpack_from(">H", table, at + offset + 2 * (code - first))
            if glyph and (glyph + delta) % 0x10000:
                yield code, code


def _groups(table: bytes) -> Iterator[tuple[int, int]]:
    """Format 12: all of Unicode."""
    (count,) = struct.unpack_from(">I", table, 12)
    for place in range(count):
        first, last, _glyph = struct.unpack_from(">III", table, 16 + 12 * place)
        yield first, last
