"""All scalars are strings, booleans and numbers too: "true", "1". Anything else is refused."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.docusign.errors import ApiError, wrong


def check(value: Any, path: str = "") -> None:
    """See that a body holds objects, arrays and strings only. Raises: ApiError."""
    if isinstance(value, dict):
        for name, inner in value.items():
            check(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check(inner, f"{path}[{index}]")
    elif value is not None and not isinstance(value, str):
        raise ApiError("INVALID_REQUEST_BODY", f"{path} must be a string.")


def flag(given: dict[str, Any], name: str, default: bool = False) -> bool:
    """ "true" or "false"."""
    value = given.get(name)
    if value in (None, ""):
        return default
    if value not in ("true", "false"):
        raise wrong(f"{name} must be 'true' or 'false'.")
    return bool(value == "true")


def whole(given: dict[str, Any], name: str, default: int | None = None) -> int:
    """An integer in a string."""
    value = given.get(name)
    if value in (None, "") and default is not None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise wrong(f"{name} must be an integer.") from None


def number(given: dict[str, Any], name: str, default: float) -> float:
    """A number in a string."""
    value = given.get(name)
    try:
        return default if value in (None, "") else float(str(value))
    except ValueError:
        raise wrong(f"{name} must be a number.") from None


def words(given: dict[str, Any], name: str, longest: int | None = None) -> str:
    """A text; too long is refused."""
    value = given.get(name) or ""
    if longest is not None and len(value) > longest:
        raise wrong(f"{name} may have at most {longest} characters.")
    return str(value)
