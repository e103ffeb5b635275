"""What a form or an address may carry: text without NUL, which no person types and PostgreSQL refuses to keep."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict

NUL = "\0"


class _Values(ImmutableMultiDict[str, Any]):
    """Form fields and query values as they come, NUL left out."""

    def __init__(self, mapping: Any = None) -> None:
        pairs = ImmutableMultiDict(mapping or ()).items(multi=True)
        super().__init__([(_without(name), _without(value)) for name, value in pairs])


class PlainRequest(Request):
    parameter_storage_class = _Values


def register(app: Flask) -> None:
    app.request_class = PlainRequest
    app.before_request(_refuse_odd_path)


def _refuse_odd_path() -> None:
    if NUL in request.path:
        abort(404)


def _without(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value
