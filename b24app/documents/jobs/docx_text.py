"""Read a Word template paragraph by paragraph: its placeholders, and where a mistake stands.

Word cuts text into runs at will, so placeholders are looked for in whole paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from b24app.documents.jobs import docx_package
from b24app.documents.templates.model import TemplateProblem
from b24app.errors import N_

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PRINTED = ("word/document", "word/header", "word/footer", "word/footnotes.xml", "word/endnotes.xml")
_PROPERTIES = "docProps/core.xml"

TAG = re.compile(r"\{\{\s*([a-z]+)\s*:\s*(?:signer)?([1-9][0-9]?|approver)\s*(?::[^{}]{0,200})?\}\}", re.ASCII)
"""A place to fill in, see documents.tags; docx_filling hides them from Jinja2."""

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_STATEMENT = re.compile(r"^\{%-?\s*(?:p|tr|tc|r)?\s*(\w+)")
_OPEN = re.compile(r"\{\{|\{%")
_PREFIX = re.compile(r"^(\{[{%])(?:p|tr|tc|r)\s+")

NOT_UNDERSTOOD = N_("“%(text)s” cannot be understood: %(detail)s.")
NOT_CLOSED = N_("“%(text)s” is not closed: %(end)s is missing.")
NOT_OPENED = N_("“%(text)s” closes something that was not opened.")
BROKEN_OFF = N_("A placeholder begins here and does not end in the same paragraph.")
UNKNOWN_WORD = N_("“%(text)s” is not allowed in a template: use if, for, and set.")

_ENDS = {"if": "endif", "for": "endfor", "set": ""}
_MIDDLE = {"else": ("if", "for"), "elif": ("if",)}


@dataclass(frozen=True)
class Paragraph:
    """One paragraph as read; `number` is 1-based over the whole document."""

    number: int
    text: str


def printed(parts: Mapping[str, bytes]) -> dict[str, Any]:
    """Parse what is printed of a package, the body first, and its title. Returns: name -> root."""
    names = [name for name in parts if name.startswith(_PRINTED) and name.endswith(".xml")]
    names.sort(key=lambda name: (not name.startswith("word/document"), name))
    names += [_PROPERTIES] if b"{" in parts.get(_PROPERTIES, b"") else []
    return {name: docx_package.parsed(parts[name]) for name in names}


def paragraphs(roots: Iterable[Any]) -> list[Paragraph]:
    """Read the paragraphs of some parts."""
    texts = (text for root in roots for text in _texts(root))
    return [Paragraph(number, text) for number, text in enumerate(texts, start=1)]


def problems(found: list[Paragraph], language: Environment | None) -> list[TemplateProblem]:
    """Say what Jinja2 will not understand, each with its paragraph; without `language`, of the statements only."""
    wrong: list[TemplateProblem] = []
    open_: list[tuple[str, str, int]] = []
    for paragraph in found:
        text = TAG.sub("", paragraph.text)
        if _OPEN.search(_PLACEHOLDER.sub("", text)):
            wrong.append(TemplateProblem(paragraph.number, BROKEN_OFF, {}))
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder.startswith("{{"):
                wrong += _value_problem(placeholder, paragraph.number, language) if language else []
            else:
                wrong += _statement_problem(placeholder, paragraph.number, open_)
    wrong += [
        TemplateProblem(number, NOT_CLOSED, {"text": text, "end": f"{{% {_ENDS[word]} %}}"})
        for word, text, number in open_
    ]
    return sorted(wrong, key=lambda problem: problem.line)


def paths(found: list[Paragraph], language: Environment) -> dict[str, int]:
    """Collect the paths that templates read: path -> the first paragraph where it stands."""
    asked = [
        (" ".join(as_value(placeholder).split()), paragraph.number)
        for paragraph in found
        for placeholder in placeholders(paragraph.text)
    ]
    where: dict[str, int] = {}
    for path, place in _paths_in([source for source, _ in asked], language):
        where.setdefault(path, asked[place][1])
    return where


def placeholders(text: str) -> list[str]:
    """List the values and statements that stand in a text."""
    return _PLACEHOLDER.findall(TAG.sub("", text))


def as_value(placeholder: str) -> str:
    """Make a value of what a placeholder reads (a condition, what a loop goes through); empty when it reads nothing."""
    source = _PREFIX.sub(r"\1 ", placeholder)
    if placeholder.startswith("{{"):
        return source
    match = _STATEMENT.match(placeholder)
    word = match[1] if match else ""
    inner = source.strip("{%-} ")[len(word) :].strip()
    if word == "for":
        return "{{ (" + inner.partition(" in ")[2] + ") and 1 }}"
    if word == "set":
        return "{{ " + inner.partition("=")[2] + " }}"
    return "{{ (" + inner + ") and 1 }}" if word in ("if", "elif") else ""


def _texts(root: Any) -> Iterator[str]:
    for paragraph in root.iter(f"{_W}p"):
        pieces = []
        for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br"):
            if next(node.iterancestors(f"{_W}p")) is paragraph:
                pieces.append((node.text or "") if node.tag == f"{_W}t" else " ")
        yield "".join(pieces)


def _value_problem(placeholder: str, number: int, language: Environment) -> list[TemplateProblem]:
    try:
        language.compile(_PREFIX.sub(r"\1 ", placeholder))
    except TemplateSyntaxError as e:
        return [TemplateProblem(number, NOT_UNDERSTOOD, {"text": placeholder, "detail": e.message or "?"})]
    return []


def _statement_problem(placeholder: str, number: int, open_: list[tuple[str, str, int]]) -> list[TemplateProblem]:
    match = _STATEMENT.match(placeholder)
    word = match[1] if match else ""
    if word in _ENDS:
        if _ENDS[word]:
            open_.append((word, placeholder, number))
        return []
    if word in _ENDS.values() or word in _MIDDLE:
        wanted = _MIDDLE.get(word, (word.removeprefix("end"),))
        if not open_ or open_[-1][0] not in wanted:
            return [TemplateProblem(number, NOT_OPENED, {"text": placeholder})]
        if word not in _MIDDLE:
            open_.pop()
        return []
    return [TemplateProblem(number, UNKNOWN_WORD, {"text": placeholder})]


def _paths_in(sources: list[str], language: Environment) -> Iterator[tuple[str, int]]:
    """Read the dotted names in some values, each with its value's place in the list; what cannot be parsed has none."""
    try:
        tree = language.parse("\n".join(sources))  # one for all: a parser's start costs more than what it parses
    except TemplateSyntaxError:
        if len(sources) > 1:
            for place, source in enumerate(sources):
                yield from ((path, place) for path, _ in _paths_in([source], language))
        return
    for output in tree.find_all(nodes.Output):
        for below in output.nodes:
            yield from ((path, below.lineno - 1) for path in _dotted(below))


def _dotted(node: nodes.Node) -> Iterator[str]:
    path = _path_of(node)
    if path:
        yield path
        return
    for below in node.iter_child_nodes():
        yield from _dotted(below)


def _path_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        above = _path_of(node.node)
        return f"{above}.{node.attr}" if above else ""
    return ""
