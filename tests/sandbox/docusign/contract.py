"""Every exchange with the stand-in held against the published description."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.sandbox.published import Description
from tests.sandbox.witness import Exchange

API = Description(
    "docusign-2.1/esignature-v2.1.envelopes-subset.json",
    allowed={
        "envelopeDefinition": {"eventNotifications"},
        "eventNotification": {"integratorManaged", "includeOAuth"},
        "recipientViewRequest": {"displayFormat"},
    },
)
BASE = "/restapi"


def problems(exchange: Exchange) -> list[str]:
    """What the request (when it was accepted) and the answer violate; pages and custom fields are passed over."""
    path = exchange.request.path.removeprefix(BASE)
    if path == exchange.request.path or path.endswith("/custom_fields"):
        return []
    if exchange.status >= 400:
        found = API.problems("errorDetails", json.loads(exchange.answer))
    else:
        operation = API.operation(exchange.request.method, _rule(path))
        found = _answer_problems(operation, exchange) + _request_problems(operation, exchange)
    return [f"{exchange.request.method} {path} {exchange.status}: {problem}" for problem in found]


def request_problems(exchange: Exchange) -> list[str]:
    """What a request violates, whatever became of it; pages are passed over."""
    path = exchange.request.path.removeprefix(BASE)
    if path == exchange.request.path:
        return []
    operation = API.operation(exchange.request.method, _rule(path))
    return [f"{exchange.request.method} {path}: {problem}" for problem in _request_problems(operation, exchange)]


def _rule(path: str) -> str:
    rules = sorted(API.whole["paths"], key=lambda rule: rule.count("{"))
    return next(rule for rule in rules if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", rule), path))


def _answer_problems(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    declared = operation["responses"].get(str(exchange.status))
    if declared is None:
        return [f"status {exchange.status} is not declared"]
    schema = declared["schema"]
    return API.problems(_name(schema), json.loads(exchange.answer)) if "$ref" in schema else []


def _request_problems(operation: dict[str, Any], exchange: Exchange) -> list[str]:
    parameters = operation.get("parameters", [])
    queries = {one["name"] for one in parameters if one["in"] == "query"}
    found = [f"query {name} is not declared" for name in exchange.request.args if name not in queries]
    schema = next((one["schema"] for one in parameters if one["in"] == "body"), None)
    if schema is None:
        return found + (["a body nobody declared"] if exchange.body else [])
    return found + API.problems(_name(schema), json.loads(exchange.body or b"{}"))


def _name(schema: dict[str, Any]) -> str:
    return schema["$ref"].rsplit("/", 1)[-1]
