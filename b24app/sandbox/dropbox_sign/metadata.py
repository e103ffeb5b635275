"""metadata: at most ten keys of 40 characters with values of 1000; values are kept as strings."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.dropbox_sign.errors import bad

KEYS, KEYS_IN_ALL, KEY_LENGTH, VALUE_LENGTH = 10, 50, 40, 1000


def read(given: dict[str, Any]) -> dict[str, Any]:
    """The checked metadata."""
    found = given.get("metadata")
    if not found:
        return {}
    if not isinstance(found, dict):
        raise bad("'metadata' must be an object", "metadata")
    if len(found) > KEYS or _count(found) > KEYS_IN_ALL:
        raise bad(f"'metadata' may have at most {KEYS} keys", "metadata")
    return {str(key): _checked(str(key), value) for key, value in found.items()}


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_count(inner) for inner in value.values())
    return sum(_count(inner) for inner in value) if isinstance(value, list) else 0


def _checked(key: str, value: Any) -> Any:
    """Numbers come back as strings; nested values keep their shape."""
    if len(key) > KEY_LENGTH:
        raise bad(f"A metadata key may have at most {KEY_LENGTH} characters", f"metadata[{key[:KEY_LENGTH]}]")
    if isinstance(value, dict):
        return {str(inner): _checked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_checked(key, one) for one in value]
    words = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if len(words) > VALUE_LENGTH:
        raise bad(f"A metadata value may have at most {VALUE_LENGTH} characters", f"metadata[{key}]")
    return words
