"""Errors of REST methods (docs: error-codes.md)."""

from __future__ import annotations

from typing import Any


class RestError(Exception):
    """An answer {"error": code, "error_description": …}; `code` may be empty, `status` may be 200."""

    def __init__(self, code: str, description: str, status: int = 400, **extra: Any) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {"error": self.code, "error_description": self.description, **self.extra}


def access_denied(description: str = "Access denied!", status: int = 400) -> RestError:
    return RestError("ACCESS_DENIED", description, status)


def not_found(description: str = "Not found") -> RestError:
    return RestError("NOT_FOUND", description)


def missing(name: str) -> RestError:
    """A required parameter of a controller method is absent."""
    return RestError("100", f"Could not find value for parameter {{{name}}}")


def argument_missing(name: str) -> RestError:
    """A required parameter of placement.bind and other old methods: HTTP 200, with `argument`."""
    return RestError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty", 200, argument=name)


def classic(description: str) -> RestError:
    """Old CRM methods leave the code empty."""
    return RestError("", description)
