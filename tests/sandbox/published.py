"""Vendors' published descriptions as strict JSON schemas: unknown keys are refused, discriminators are followed."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

VENDOR = Path(__file__).parents[1] / "vendor"
PLAIN = ("type", "enum", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern")


class Description:
    """One OpenAPI file.

    `allowed` names keys of a schema that the description forgets, `optional` those it wrongly wants.
    """

    def __init__(
        self, path: str, allowed: dict[str, set[str]] | None = None, optional: dict[str, set[str]] | None = None
    ) -> None:
        self.whole: dict[str, Any] = json.loads((VENDOR / path).read_text())
        self._allowed, self._optional = allowed or {}, optional or {}
        self._schemas = self.whole.get("definitions") or self.whole["components"]["schemas"]
        self._definitions: dict[str, Any] = {}

    def operation(self, verb: str, rule: str) -> dict[str, Any]:
        return self.whole["paths"][rule][verb.lower()]

    def problems(self, name: str, value: Any) -> list[str]:
        """What a value violates of a named schema."""
        validator = self._validator(name)
        return [f"{name}{error.json_path[1:]}: {error.message[:300]}" for error in validator.iter_errors(value)]

    @functools.cache  # noqa: B019 (lives as long as the description)
    def _validator(self, name: str) -> Draft202012Validator:
        schema = self._reference(name)
        return Draft202012Validator({**schema, "$defs": self._definitions})

    def _reference(self, name: str) -> dict[str, Any]:
        if name not in self._definitions:
            self._definitions[name] = {}
            self._definitions[name] = self._object(name)
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, name: str) -> dict[str, Any]:
        schema = self._schemas[name]
        mapping = schema.get("discriminator", {}).get("mapping") if "allOf" not in schema else None
        if mapping:
            kinds = [(kind, target.rsplit("/", 1)[-1]) for kind, target in mapping.items()]
            cases = [{"if": _typed(kind), "then": self._reference(target)} for kind, target in kinds]
            return {"type": "object", "properties": {"type": {"enum": [kind for kind, _ in kinds]}}, "allOf": cases}
        return self._schema(self._merged(name), name)

    def _merged(self, name: str) -> dict[str, Any]:
        """`allOf` written out as one object."""
        schema = self._schemas[name]
        if "allOf" not in schema:
            return schema
        parts = [self._merged(part["$ref"].rsplit("/", 1)[-1]) if "$ref" in part else part for part in schema["allOf"]]
        properties = {key: value for part in parts for key, value in part.get("properties", {}).items()}
        required = [key for part in parts for key in part.get("required", [])]
        return {"type": "object", "properties": properties, "required": required}

    def _schema(self, schema: dict[str, Any], name: str = "") -> dict[str, Any]:
        if "$ref" in schema:
            return self._reference(schema["$ref"].rsplit("/", 1)[-1])
        made = {key: schema[key] for key in PLAIN if key in schema}
        if made.get("type") == "object" and "maxItems" in made:
            made["maxProperties"] = made.pop("maxItems")
        if "items" in schema:
            made["items"] = self._schema(schema["items"])
        if "properties" in schema:
            made |= self._properties(schema, name)
        if schema.get("format") == "binary":
            made = {}
        return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made

    def _properties(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        known = {key: self._schema(value) for key, value in schema["properties"].items()}
        known |= dict.fromkeys(self._allowed.get(name, ()), True)
        wanted = [key for key in schema.get("required", []) if key not in self._optional.get(name, ())]
        return {"type": "object", "properties": known, "required": wanted, "additionalProperties": False}


def _typed(kind: str) -> dict[str, Any]:
    return {"properties": {"type": {"const": kind}}, "required": ["type"]}
