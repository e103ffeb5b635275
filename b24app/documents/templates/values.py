"""Values as a template prints them: text that remembers what it was made of, so that filters can write it otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self


class Printed(str):
    """Text formatted for the document's reader.

    `kind`: date (raw: 2026-11-24), datetime (raw: ISO 8601), money (raw: 1200.50, `currency` an ISO code), number,
    boolean (raw: 1 or empty), or text.
    """

    kind: str
    raw: str
    currency: str

    def __new__(cls, text: str, kind: str = "text", raw: str = "", currency: str = "") -> Self:
        made = super().__new__(cls, text)
        made.kind, made.raw, made.currency = kind, raw, currency
        return made

    def plain(self) -> dict[str, str]:
        """Return what survives JSON; `read` makes it whole again."""
        return {"text": str(self), "kind": self.kind, "raw": self.raw, "currency": self.currency}


def to_plain(value: Any) -> Any:
    """Turn values, lists and tables of them into what survives JSON."""
    if isinstance(value, Printed):
        return {"printed": value.plain()}
    if isinstance(value, Mapping):
        return {str(name): to_plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(each) for each in value]
    return value


def read(value: Any) -> Any:
    """Read what `to_plain` wrote."""
    if isinstance(value, Mapping):
        if set(value) == {"printed"}:
            return Printed(**value["printed"])
        return {name: read(each) for name, each in value.items()}
    return [read(each) for each in value] if isinstance(value, list) else value
