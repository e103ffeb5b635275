"""What a browser without scripts would send of a page's fields, as it stands."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Fields = dict[str, Any]


def fields_of(text: str) -> Fields:
    """Field name -> values, in the page's order; what stands in a <template> is not there."""
    reader = _Reader()
    reader.feed(text)
    return reader.fields


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._templates = 0
        self._select = ""
        self._options: list[tuple[bool, str]] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._templates += tag == "template"
        name = values.get("name", "")
        if tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append(("selected" in values, values.get("value", "")))
        elif tag == "textarea":
            self._area = name
            self._put(name, "")
        elif tag == "input" and name and self._is_sent(values):
            self._put(name, values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and not self._templates:
            first = not self.fields[self._area][-1]
            self.fields[self._area][-1] += data.removeprefix("\n") if first else data  # as browsers do

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        if tag == "textarea":
            self._area = ""
        if tag == "select" and self._options:
            self._put(self._select, max(self._options, key=lambda option: option[0])[1])

    def _put(self, name: str, value: str) -> None:
        if not self._templates:
            self.fields.setdefault(name, []).append(value)

    def _is_sent(self, values: dict[str, str]) -> bool:
        kind = values.get("type", "text")
        return kind != "file" and (kind not in ("checkbox", "radio") or "checked" in values)
