"""Turn frozen dataclasses into JSON-like values and back: card snapshots are kept between two requests."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return dataclasses as dicts and tuples as lists, all the way down."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [to_plain(item) for item in items]
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """Build a value of `kind` from what `to_plain` made of it; fields that are missing take their defaults."""
    built: T = _build(kind, plain)
    return built


def _build(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], plain[name]) for name in hints if name in plain})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _build(next(part for part in arguments if part is not types.NoneType), plain)
    if origin is tuple:
        return tuple(_build(arguments[0], item) for item in plain)
    if origin is frozenset:
        return frozenset(plain)
    return plain


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
