"""Every exchange with the stand-in held against the published description."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.sandbox.published import Description
from tests.sandbox.witness import Exchange

NEWER = {"is_qualified_signature", "ignore_text_tags_extraction_errors"}
API = Description(
    "dropbox-sign-3.0.0/openapi.subset.json",
    allowed={
        "SignatureRequestSendRequest": NEWER,
        "SignatureRequestCreateEmbeddedRequest": NEWER,
        "SignatureRequestEditRequest": NEWER,
        "SignatureRequestEditEmbeddedRequest": NEWER,
        "SignatureRequestResponse": {"client_id"},
        "EventCallbackRequest": {"account_guid", "client_id"},
    },
    optional={"SubFormFieldsPerDocumentText": {"options"}},
)


def problems(exchange: Exchange) -> list[str]:
    """What the request (when it was accepted) and the answer violate; pages outside the API are passed over."""
    path = exchange.request.path.removeprefix("/v3")
    if path == exchange.request.path and not path.startswith("/oauth/token"):
        return []
    rule = _rule(path, "?refresh" if "refresh" in exchange.request.args else "")
    operation = API.operation(exchange.request.method, rule)
    found = _answer_problems(operation, exchange)
    if exchange.status < 400:
        found += _request_problems(operation, exchange)
    return [f"{exchange.request.method} {path} {exchange.status}: {problem}" for problem in found]


def _rule(path: str, query: str) -> str:
    """The published path that fits; one without a variable is preferred."""
    rules = sorted(API.whole["paths"], key=lambda rule: "{" in rule)
    return next(
        rule
        for rule in rules
        if re.fullmatch(
            re.sub(r"\{\w+\}", "[^/]+", re.escape(rule).replace(r"\{", "{").replace(r"\}", "}")), path + query
        )
    )


def _schema_name(content: dict[str, Any]) -> str | None:
    schema = next(iter(content.values()))["schema"]
    return schema["$ref"].rsplit("/", 1)[-1] if "$ref" in schema else None


def _answer_problems(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    if exchange.status >= 400:
        return API.problems("ErrorResponse", json.loads(exchange.answer))
    declared = operation["responses"].get(str(exchange.status))
    if declared is None:
        return [f"status {exchange.status} is not declared"]
    missing = [name for name in declared.get("headers", {}) if name not in exchange.headers]
    found = [f"header {name} is missing" for name in missing]
    content = declared.get("content", {})
    if "application/json" in content and exchange.answer:
        name = _schema_name(content)
        found += API.problems(name, json.loads(exchange.answer)) if name else []
    return found


def _request_problems(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    declared = operation.get("requestBody")
    if declared is None:
        return ["a body nobody declared"] if exchange.body else []
    if exchange.request.mimetype not in declared["content"]:
        return [f"{exchange.request.mimetype} is not declared"]
    name = _schema_name(declared["content"])
    assert name is not None
    return API.problems(name, _body(exchange, API.whole["components"]["schemas"][name]["properties"]))


def _body(exchange: Exchange, declared: dict[str, Any]) -> dict[str, Any]:
    """Multipart: parts whose schema is no string hold JSON; files are strings in the description."""
    if exchange.request.mimetype == "application/json":
        return json.loads(exchange.body)
    shown: dict[str, Any] = {}
    for name, value in exchange.request.form.items():
        kind = declared.get(name, {}).get("type", "object")
        shown[name] = (
            value if kind == "string" or name in NEWER else json.loads(value.lower() if kind == "boolean" else value)
        )
    files = [storage.filename for _, storage in sorted(exchange.request.files.items())]
    return shown | ({"files": files} if files else {})
