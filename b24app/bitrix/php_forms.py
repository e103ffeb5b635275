"""Read form fields with PHP-style names (`auth[access_token]`, `document_id[2]`) into nested values.

Bitrix24 posts everything this way. The input is hostile until proven otherwise: depth and number are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from b24app.errors import N_, InvalidPayload

MAX_DEPTH = 10
MAX_FIELDS = 2000
MAX_NAME = 500

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")

Pairs = Iterable[tuple[str, str]]


def nested(form: Mapping[str, str] | Pairs) -> dict[str, Any]:
    """Unfold bracketed names; a map whose keys count 0, 1, 2... becomes a list.

    A name that is not well formed keeps its place as it is, as PHP nearly does. When a name is used both for a value
    and for a map, the later one wins. Raises: InvalidPayload beyond the limits.
    """
    tree: dict[str, Any] = {}
    for count, (name, value) in enumerate(_pairs_of(form)):
        if count >= MAX_FIELDS or len(name) > MAX_NAME:
            raise InvalidPayload(N_("The form has too many or too long fields."))
        _put(tree, _path(name), value)
    return {key: _with_lists(value) for key, value in tree.items()}


def _pairs_of(form: Mapping[str, str] | Pairs) -> Pairs:
    items: Any = getattr(form, "items", None)
    if items is None:
        return form  # type: ignore[return-value]
    try:
        pairs: Pairs = items(multi=True)  # werkzeug's MultiDict: `a[]` may repeat
    except TypeError:
        pairs = items()
    return pairs


def _path(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    if found is None:
        return [name]
    path = [found[1], *_STEP.findall(found[2])]
    if len(path) > MAX_DEPTH:
        raise InvalidPayload(N_("The form is nested too deeply."))
    return path


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    *outer, last = path
    for place, step in enumerate(outer):
        key = step or (_next_index(tree) if place else "")
        branch = tree.get(key)
        if not isinstance(branch, dict):
            branch = tree[key] = {}
        tree = branch
    tree[last or (_next_index(tree) if outer else "")] = value


def _next_index(tree: dict[str, Any]) -> str:
    return str(max((int(key) for key in tree if key.isdecimal() and len(key) < 10), default=-1) + 1)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key == str(index) for index, key in enumerate(value)):
        return [_with_lists(item) for item in value.values()]
    return {key: _with_lists(item) for key, item in value.items()}
