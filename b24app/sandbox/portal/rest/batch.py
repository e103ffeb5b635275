"""`batch`: up to 50 commands in one request, with $result macros (docs: settings/how-to-call-rest-api/batch.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.rest.errors import RestError

MAX_COMMANDS = 50
_MACRO = re.compile(r"\$result((?:\[[^\]]*\])+)")
_SEGMENT = re.compile(r"\[([^\]]*)\]")
Run = Callable[[str, dict[str, Any]], dict[str, Any]]


def commands(cmd: Any) -> list[tuple[str, str]]:
    """`cmd` as pairs of key and "method?params"."""
    pairs = php.as_map(cmd)
    if not pairs and cmd not in (None, "", [], {}):
        raise RestError("ERROR_BATCH", "Parameter cmd must be array")
    return [(str(key), str(text)) for key, text in pairs.items()]


def method_names(cmd: Any) -> tuple[str, ...]:
    """The methods a batch calls, for the call log."""
    return tuple(text.partition("?")[0].strip() for _, text in commands(cmd))


def execute(cmd: Any, halt: bool, run: Run) -> dict[str, Any]:
    """Run the commands in turn. `run(method, params)` gives an envelope: result/total/next or error.

    Returns the five maps; the outer answer is 200 whatever happens inside.
    """
    pairs = commands(cmd)
    if len(pairs) > MAX_COMMANDS:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded", 400)
    maps: dict[str, dict[str, Any]] = {
        key: {} for key in ("result", "result_error", "result_total", "result_next", "result_time")
    }
    for key, text in pairs:
        method, _, query = text.partition("?")
        envelope = run(method.strip(), resolve(php.parse_query(query), maps["result"]))
        if "error" in envelope:
            maps["result_error"][key] = {name: envelope[name] for name in envelope if name != "time"}
            if halt:
                break
            continue
        _file(maps, key, envelope)
    return maps


def _file(maps: dict[str, dict[str, Any]], key: str, envelope: dict[str, Any]) -> None:
    maps["result"][key] = envelope["result"]
    for name in ("total", "next", "time"):
        if name in envelope:
            maps[f"result_{name}"][key] = envelope[name]


def resolve(value: Any, results: dict[str, Any]) -> Any:
    """Replace $result[key][path] in every parameter value.

    Two habits of the real parser: a value that contains a macro becomes what the macro names, so text glued to it is
    swallowed; and a step that is missing or null is skipped, so the record reached so far (or the whole map of
    results) is inserted instead of nothing.
    """
    if isinstance(value, dict):
        return {key: resolve(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, results) for item in value]
    found = _MACRO.search(value) if isinstance(value, str) else None
    return _walk(results, _SEGMENT.findall(found.group(1))) if found else value


def _walk(results: dict[str, Any], path: list[str]) -> Any:
    node: Any = results
    for segment in path:
        step = _step(node, segment)
        if step is not None:
            node = step
    return node


def _step(node: Any, segment: str) -> Any:
    if isinstance(node, dict):
        return node.get(segment)
    if isinstance(node, list) and segment.isdigit() and int(segment) < len(node):
        return node[int(segment)]
    return None
