"""Filters, order and selection of list methods (docs: api-reference/crm/universal/crm-item-list.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from b24app.sandbox import php

_KEY = re.compile(r"^(!=%|!%=|>=|<=|!@|=%|%=|!%|!=|>|<|@|%|=|!)?(.*)$")
Reader = Callable[[Any, str], Any]
KnownField = Callable[[str], bool]


class UnknownFilterField(Exception):
    """A filter names a field there is not."""


def matches(row: Any, conditions: dict[str, Any], read: Reader, known: KnownField, *, strict: bool) -> bool:
    """Whether a row satisfies a filter; nested maps are groups, `logic` "OR" joins by or.

    `strict` raises UnknownFilterField, otherwise an unknown field is ignored (classic lists return everything).
    """
    results: list[bool] = []
    for key, value in conditions.items():
        if key.lower() == "logic":
            continue
        if isinstance(value, dict) and (key.isdigit() or not _KEY.match(key).group(2)):  # type: ignore[union-attr]
            results.append(matches(row, value, read, known, strict=strict))
        elif (verdict := _condition(row, key, value, read, known, strict)) is not None:
            results.append(verdict)
    either = str(conditions.get("logic", conditions.get("LOGIC", ""))).upper() == "OR"
    return any(results) if either and results else all(results)


def _condition(row: Any, key: str, value: Any, read: Reader, known: KnownField, strict: bool) -> bool | None:
    found = _KEY.match(key)
    assert found is not None
    operator, name = found.group(1) or "=", found.group(2)
    if not known(name):
        if strict:
            raise UnknownFilterField(name)
        return None
    return compare(operator, read(row, name), value)


def compare(operator: str, actual: Any, wanted: Any) -> bool:
    """Apply one operator; equality with a list means "one of"."""
    if operator in {"=", "@"}:
        return _among(actual, wanted)
    if operator in {"!", "!=", "!@"}:
        return not _among(actual, wanted)
    if operator in {"%", "!%", "=%", "%=", "!=%", "!%="}:
        return _like(actual, wanted, substring="=" not in operator) != operator.startswith("!")
    return _ordered(operator, actual, wanted)


def _among(actual: Any, wanted: Any) -> bool:
    options = {_text(option) for option in (php.as_list(wanted) or [""])}
    if isinstance(actual, list | tuple):
        return any(_text(one) in options for one in actual) or (not actual and options <= {"", "0"})
    return _text(actual) in options


def _like(actual: Any, wanted: Any, *, substring: bool) -> bool:
    text, pattern = _text(actual).lower(), _text(wanted).lower()
    if substring:
        return pattern in text
    parts = (re.escape(part) for part in pattern.split("%"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


def _ordered(operator: str, actual: Any, wanted: Any) -> bool:
    left, right = _comparable(actual), _comparable(wanted)
    if type(left) is not type(right):
        left, right = _text(actual), _text(wanted)
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]


def _comparable(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def ordered(rows: Iterable[Any], order: Any, read: Reader) -> list[Any]:
    """Sort by {"field": "ASC"|"DESC", …}; the first named field weighs most."""
    result = list(rows)
    for name, direction in reversed(list(php.as_map(order).items())):
        result.sort(key=lambda row: _sort_key(read(row, name)), reverse=str(direction).upper() == "DESC")
    return result


def _sort_key(value: Any) -> tuple[int, float, str]:
    number = _comparable(value)
    return (0, number, "") if isinstance(number, float) else (1, 0.0, str(number))


def select_rows(
    rows: Iterable[dict[str, Any]], filter_: Any, order: Any, *, default_order: str = "ID"
) -> list[dict[str, Any]]:
    """Filter and sort plain classic rows; unknown filter fields are ignored."""

    def read(row: dict[str, Any], name: str) -> Any:
        return row.get(name.upper(), row.get(name))

    def known(name: str) -> bool:
        return any(name.upper() in row or name in row for row in listed)

    listed = list(rows)
    chosen = [row for row in listed if matches(row, php.as_map(filter_), read, known, strict=False)]
    return ordered(chosen, order or {default_order: "ASC"}, read)


def pick(row: dict[str, Any], select: Any, always: Iterable[str] = ("ID",)) -> dict[str, Any]:
    """Keep the selected columns; no selection or "*" keeps all."""
    names = {str(name).upper() for name in php.as_list(select)}
    if not names or "*" in names:
        return row
    return {key: value for key, value in row.items() if key.upper() in names or key in always}
