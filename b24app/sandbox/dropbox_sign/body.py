"""Reading a request's parameters: JSON, or multipart where arrays and objects are parts holding JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Request

from b24app.sandbox import php
from b24app.sandbox.dropbox_sign.errors import bad

_INDEX = re.compile(r"^files?\[(\d*)\]$")


def read(request: Request) -> dict[str, Any]:
    """All parameters of the body. Bracketed names (`signers[0][name]`) work too, as in the vendor's curl examples."""
    if request.mimetype == "application/json":
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            raise bad("The request body is not valid JSON.")
        return given
    pairs = [(name, value) for name, value in request.form.items(multi=True)]
    return {name: _decoded(value) for name, value in php.parse_pairs(pairs).items()}


def uploads(request: Request) -> list[tuple[str, bytes]]:
    """The uploaded files[n] in the order of n: (name, content)."""
    found: list[tuple[int, str, bytes]] = []
    for name, storage in request.files.items(multi=True):
        if match := _INDEX.match(name):
            found.append((int(match.group(1) or len(found)), storage.filename or name, storage.read()))
    return [(name, content) for _, name, content in sorted(found)]


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad("A parameter is not valid JSON.") from error
    return value


def text(given: dict[str, Any], name: str, longest: int | None = None) -> str:
    """A string parameter; "" when absent."""
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad(f"'{name}' must be a string", name)
    if longest is not None and len(value) > longest:
        raise bad(f"'{name}' must be at most {longest} characters", name)
    return value


def flag(given: dict[str, Any], name: str) -> bool:
    """A boolean: JSON's own, 0/1, or their words in a form."""
    value = given.get(name)
    if value in (None, False, 0, "", "0", "false", "False"):
        return False
    if value in (True, 1, "1", "true", "True"):
        return True
    raise bad(f"'{name}' must be a boolean", name)


def whole(value: Any, path: str) -> int:
    """An integer; floats and words are refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            return int(value)
        raise bad(f"'{path}' must be an integer", path)
    return value


def items(given: dict[str, Any], name: str) -> list[Any]:
    """An array parameter; [] when absent."""
    value = given.get(name)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise bad(f"'{name}' must be an array", name)
    return value


def entries(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """An array of objects."""
    found = items(given, name)
    for index, entry in enumerate(found):
        if not isinstance(entry, dict):
            raise bad(f"'{name}[{index}]' must be an object", f"{name}[{index}]")
    return found
