"""Find the placeholders of a template before Markdown sees them.

Every `{{ ... }}` is swapped for an opaque word (a private mark, its number, a private mark), so that pipes in tables,
underscores and quotes inside it never meet Markdown's own rules, and line numbers stay known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from b24app.documents.templates.model import TemplateProblem
from b24app.domain.fields import APPROVER, PLAIN_TYPES
from b24app.errors import N_

OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")

BLOCKS = ("products", "signatures", "page_break")

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_IN_ADDRESS = re.compile(r"\]\([^)\s]*\{\{")
_STRAY = re.compile(r"\{\{|\}\}")
_QUOTED = r'["“”„«]([^"“”„«»\n]*)["”“»]'
_PATH = re.compile(rf"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(\?)?\s*(?:\|\s*{_QUOTED})?", re.ASCII)
_PLACE = re.compile(
    rf"({'|'.join(sorted(PLAIN_TYPES))})\s+([1-9][0-9]?|{APPROVER})(?:\s+{_QUOTED})?",
)

NOT_UNDERSTOOD = N_("“%(text)s” is not a placeholder we know. Write a path such as {{ lead.title }}.")
NOT_IN_ADDRESS = N_("A placeholder inside the address of a link does not work. Write it as text.")
NOT_CLOSED = N_(
    "Two curly brackets have no counterpart here. A placeholder begins with {{ and ends with }} on the same line."
)


@dataclass(frozen=True)
class Placeholder:
    """One placeholder. `kind`: "value", "place" (a signer fills it), one of BLOCKS, or "broken" (prints as it is)."""

    kind: str
    line: int
    source: str
    path: str = ""
    default: str | None = None
    may_be_empty: bool = False
    field_type: str = ""
    signer: str = ""
    label: str = ""


def extract(markdown: str) -> tuple[str, list[Placeholder], list[TemplateProblem]]:
    """Swap placeholders for marks. Returns the marked text, the placeholders by number, and what is wrong."""
    found: list[Placeholder] = []
    problems: list[TemplateProblem] = []
    lines = markdown.replace(OPEN, "").replace(CLOSE, "").splitlines()
    for number, line in enumerate(lines, start=1):
        if _STRAY.search(_PLACEHOLDER.sub("", line)):
            problems.append(TemplateProblem(number, NOT_CLOSED, {}))
        if _IN_ADDRESS.search(line):
            problems.append(TemplateProblem(number, NOT_IN_ADDRESS, {}))
        lines[number - 1] = _PLACEHOLDER.sub(lambda match, n=number: _swap(match, n, found), line)  # type: ignore[misc]
    problems += [TemplateProblem(p.line, NOT_UNDERSTOOD, {"text": p.source}) for p in found if p.kind == "broken"]
    return "\n".join(lines), found, problems


def _swap(match: re.Match[str], line: int, found: list[Placeholder]) -> str:
    found.append(parse(match[1].strip(), line, match[0]))
    return f"{OPEN}{len(found) - 1}{CLOSE}"


def parse(inner: str, line: int, source: str) -> Placeholder:
    """Understand what stands between the brackets."""
    if inner in BLOCKS:
        return Placeholder(inner, line, source)
    if place := _PLACE.fullmatch(inner):
        kind, signer, label = place.groups()
        return Placeholder("place", line, source, field_type=kind, signer=signer, label=label or "")
    if value := _PATH.fullmatch(inner):
        path, mark, default = value.groups()
        return Placeholder("value", line, source, path=path, default=default, may_be_empty=bool(mark))
    return Placeholder("broken", line, source)
