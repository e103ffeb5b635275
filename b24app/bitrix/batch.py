"""Commands of a batch: PHP-style parameters in one string, macros, and what came back.

Source: settings/how-to-call-rest-api/batch.md. In a JSON body each parameter value is URL-encoded once. A macro
swallows text glued to it, and a missing field inserts the whole parent record: keep a macro a value of its own and
check ids that come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from b24app.bitrix.php_forms import nested
from b24app.errors import N_, BitrixError

MAX_COMMANDS = 50
MACRO = "$result["
DEFUSED = "$result\u2060["  # a word joiner: reads the same, and Bitrix24 no longer takes it for a macro


class Ref(str):
    """A macro of ours; ordinary text that merely looks like one is defused when it is encoded."""

    __slots__ = ()


@dataclass(frozen=True)
class Command:
    """One REST call inside a batch."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


def ref(key: str, *path: str | int) -> Ref:
    """Point at a value in the result of an earlier command: `$result[links][0][CONTACT_ID]`."""
    return Ref("$result" + "".join(f"[{step}]" for step in (key, *path)))


def encode(params: Mapping[str, Any]) -> str:
    """Encode nested parameters like PHP's http_build_query: `filter[%3Eid]=5&select[0]=*`."""
    return "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in _pairs(params, ""))


def to_cmd(command: Command) -> str:
    """Write a command as the string Bitrix24 expects in `cmd`."""
    query = encode(command.params)
    return f"{command.method}?{query}" if query else command.method


def parse_cmd(text: str) -> Command:
    """Read a command string back; for tests and logs."""
    method, _, query = text.partition("?")
    return Command(method, nested(parse_qsl(query, keep_blank_values=True)))


def _pairs(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        items: list[tuple[str, Any]] = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list | tuple):
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        yield name, _text(value)
        return
    if not items and name:
        yield f"{name}[]", ""
    for key, item in items:
        step = quote(key, safe="", errors="replace")
        yield from _pairs(item, f"{name}[{step}]" if name else step)


def _text(value: Any) -> str:
    if isinstance(value, Ref):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).replace(MACRO, DEFUSED)


@dataclass(frozen=True)
class BatchResult:
    """What a batch brought, by command key. Empty maps arrive as lists and are read as empty."""

    results: Mapping[str, Any]
    errors: Mapping[str, BitrixError]
    totals: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """Return a command's result. Raises: its BitrixError when it failed or was not run."""
        if key in self.errors:
            raise self.errors[key]
        if key not in self.results:
            raise BitrixError(N_("Bitrix24 did not run a step of the batch (%(what)s)."), code="not_run", what=key)
        return self.results[key]

    def error(self, key: str) -> BitrixError | None:
        """Return why a command failed, or None."""
        return self.errors.get(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a command's result, or the default when it failed or was not run."""
        return self.results.get(key, default) if key not in self.errors else default


def as_map(value: Any) -> dict[str, Any]:
    """Read a PHP map: an object, or `[]` when it is empty, or a list whose indexes are the keys."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {}
