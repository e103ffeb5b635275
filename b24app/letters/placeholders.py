"""Placeholders in the words of a letter: `{signer_name}` and a few more, replaced once and never evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.letters.addresses import one_line, without_hidden

PLACEHOLDERS = ("signer_name", "document", "sender_name", "sender_company", "link", "expires_on", "reason")
OPTIONAL = ("expires_on", "reason")  # a line about one of them is left out when it has no value
IN_BRACES = re.compile(r"\{([^{}\n]*)\}")
IN_PARENTHESES = re.compile(r" ?\(\{(\w+)\}\)")  # left out whole when there is no value


def unknown_placeholders(text: str) -> list[str]:
    """List what stands in braces and is no placeholder, as written; empty when the text is fine."""
    found = (match for match in IN_BRACES.finditer(text) if match.group(1) not in PLACEHOLDERS)
    return list(dict.fromkeys(match.group(0) for match in found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the known placeholders, each once; what else stands in braces stays as written."""
    text = IN_PARENTHESES.sub(lambda match: match.group(0) if values.get(match.group(1), "x") else "", text)
    return IN_BRACES.sub(lambda match: _value(match, values), text)


def fill_line(text: str, values: Mapping[str, str]) -> str:
    """Fill a subject: one line whatever the values hold."""
    return one_line(fill(text, values))


def fill_paragraphs(text: str, values: Mapping[str, str]) -> list[list[str]]:
    """Fill a body: paragraphs of lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept = (fill(line, values).rstrip() for line in lines if not _lacks_value(line, values))
    return [block.split("\n") for block in re.split(r"\n{2,}", without_hidden("\n".join(kept)).strip("\n")) if block]


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    name = match.group(1)
    if name not in PLACEHOLDERS:
        return match.group(0)
    value = values.get(name, "").strip()
    return value if name == "reason" else one_line(value)


def _lacks_value(line: str, values: Mapping[str, str]) -> bool:
    return any(f"{{{name}}}" in line and not values.get(name, "").strip() for name in OPTIONAL)
