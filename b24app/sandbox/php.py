"""PHP's way with data: bracketed form keys in, empty maps as [] out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

_SEGMENT = re.compile(r"\[([^\]]*)\]")


def parse_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Nest bracketed keys as PHP's parse_str does: `a[b][]=1` -> {"a": {"b": ["1"]}}."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _put(tree, _path(name), value)
    return {key: _lists(value) for key, value in tree.items()}


def parse_query(text: str) -> dict[str, Any]:
    """Parse a URL-encoded string, nested keys included."""
    return parse_pairs(parse_qsl(text, keep_blank_values=True))


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    return [head, *_SEGMENT.findall(name[len(head) :])] if bracket else [name]


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    node = tree
    for segment in path[:-1]:
        key = segment if segment != "" else str(_next_index(node))
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node = child
    last = path[-1] if path[-1] != "" or len(path) == 1 else str(_next_index(node))
    node[last] = value


def _next_index(node: dict[str, Any]) -> int:
    return max((int(key) for key in node if key.isdigit()), default=-1) + 1


def _lists(value: Any) -> Any:
    """Turn maps keyed 0..n-1 into lists, as json_encode shows such arrays."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner


def to_json(value: Any) -> str:
    """Encode as PHP would: an empty associative array is `[]`."""
    return json.dumps(_empty_maps(value), ensure_ascii=False, separators=(",", ":"))


def _empty_maps(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _empty_maps(item) for key, item in value.items()} if value else []
    if isinstance(value, list | tuple):
        return [_empty_maps(item) for item in value]
    return value


def flatten(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Form pairs with bracketed keys: {"a": {"b": 1}} -> [("a[b]", "1")]."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    else:
        return [(name, _scalar(value))]
    return [pair for key, item in items for pair in flatten(item, f"{name}[{key}]" if name else str(key))]


def _scalar(value: Any) -> str:
    if value is True:
        return "1"
    return "" if value is None or value is False else str(value)


def truthy(value: Any) -> bool:
    """Whether REST takes a parameter as yes: true, 1, "1", "Y", "true"."""
    return value is True or str(value).lower() in {"1", "y", "yes", "true"}


def as_list(value: Any) -> list[Any]:
    """A PHP array's values; a scalar is one value; nothing is none."""
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def as_map(value: Any) -> dict[str, Any]:
    """A PHP array as a map; a list gets its indexes as keys."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple):
        return {str(index): item for index, item in enumerate(value)}
    return {}


def as_int(value: Any, default: int = 0) -> int:
    """PHP's (int): digits at the start count, anything else is `default`."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value)
    found = re.match(r"\s*[+-]?\d+", value) if isinstance(value, str) else None
    return int(found.group()) if found else default
