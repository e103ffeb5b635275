"""Understand what stands between `{{` and `}}`: values with filters, places to fill in, blocks, branches and loops."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.documents.jobs.filters import FILTERS
from b24app.domain.fields import APPROVER, PLAIN_TYPES
from b24app.errors import N_

BLOCKS = ("products", "signatures", "page_break")
PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")

_QUOTED = r'["“”„«]([^"“”„«»\n]*)["”“»]'
_NAME = r"[A-Za-z_]\w*"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*"
_PATH = re.compile(rf"({_DOTTED})\s*(\?)?\s*", re.ASCII)
_FILTER = re.compile(rf"\|\s*(?:({_NAME})\s*(?:{_QUOTED})?|{_QUOTED})\s*", re.ASCII)
_PLACE = re.compile(rf"({'|'.join(sorted(PLAIN_TYPES))})\s+([1-9][0-9]?|{APPROVER})(?:\s+{_QUOTED})?")
_IF = re.compile(r"(#if|else\s+if)\s+(.+)", re.DOTALL)
_EACH = re.compile(rf"#each\s+({_DOTTED})(?:\s+as\s+({_NAME}))?", re.ASCII)
_CONDITION = re.compile(rf"(not\s+)?({_DOTTED})\s*(?:(==|!=)\s*{_QUOTED})?\s*", re.ASCII)

NOT_UNDERSTOOD = N_("“%(text)s” is not a placeholder we know. Write a path such as {{ lead.title }}.")
NO_SUCH_FILTER = N_(
    "“%(text)s”: there is no filter “%(name)s”. Those there are: date, money, number, upper, lower, words, tick."
)
CONDITION_NOT_UNDERSTOOD = N_(
    "“%(text)s” is not a condition we know. Write {{#if lead.title}} or {{#if lead.title == “text”}}."
)
LOOP_NOT_UNDERSTOOD = N_("“%(text)s” is not a loop we know. Write {{#each products}}.")


@dataclass(frozen=True)
class Placeholder:
    """One placeholder. `kind`: "value", "place" (a signer fills it), one of BLOCKS, or "broken" (prints as it is).

    `scope`: the variables of the loops around it, name -> the present item.
    """

    kind: str
    line: int
    source: str
    path: str = ""
    default: str | None = None
    may_be_empty: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    field_type: str = ""
    signer: str = ""
    label: str = ""
    scope: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    wrong: str = ""  # why it is broken: a gettext key
    wrong_name: str = ""


@dataclass(frozen=True)
class Condition:
    """What `{{#if}}` asks. `operator`: "" (is there anything), "==" or "!="."""

    path: str
    operator: str = ""
    text: str = ""
    is_negated: bool = False


@dataclass(frozen=True)
class Tag:
    """Something that steers. `kind`: if, elif, else, endif, each, endeach, or broken."""

    kind: str
    line: int
    source: str
    condition: Condition | None = None
    path: str = ""
    variable: str = "item"
    wrong: str = ""


def parse(inner: str, line: int, source: str) -> Placeholder | Tag:
    """Understand what stands between the brackets."""
    if inner.startswith(("#", "/", "else")):
        return _tag(inner, line, source)
    if inner in BLOCKS:
        return Placeholder(inner, line, source)
    if place := _PLACE.fullmatch(inner):
        kind, signer, label = place.groups()
        return Placeholder("place", line, source, field_type=kind, signer=signer, label=label or "")
    return _value(inner, line, source)


def _value(inner: str, line: int, source: str) -> Placeholder:
    head = _PATH.match(inner)
    position = head.end() if head else 0
    filters: list[tuple[str, str]] = []
    default = None
    while head and position < len(inner):
        found = _FILTER.match(inner, position)
        if not found:
            break
        name, argument, text = found.groups()
        if name is None:
            default = text
        elif name in FILTERS:
            filters.append((name, argument or ""))
        else:
            return Placeholder("broken", line, source, wrong=NO_SUCH_FILTER, wrong_name=name)
        position = found.end()
    if not head or position < len(inner):
        return Placeholder("broken", line, source, wrong=NOT_UNDERSTOOD)
    return Placeholder(
        "value", line, source, path=head[1], default=default, may_be_empty=bool(head[2]), filters=tuple(filters)
    )


def _tag(inner: str, line: int, source: str) -> Tag:
    simple = {"else": "else", "/if": "endif", "/each": "endeach"}.get(inner)
    if simple:
        return Tag(simple, line, source)
    if loop := _EACH.fullmatch(inner):
        return Tag("each", line, source, path=loop[1], variable=loop[2] or "item")
    if branch := _IF.fullmatch(inner):
        kind = "if" if branch[1] == "#if" else "elif"
        asked = _CONDITION.fullmatch(branch[2].strip())
        if not asked:
            return Tag(kind, line, source, wrong=CONDITION_NOT_UNDERSTOOD)
        condition = Condition(asked[2], asked[3] or "", asked[4] or "", bool(asked[1]))
        return Tag(kind, line, source, condition=condition)
    wrong = LOOP_NOT_UNDERSTOOD if inner.startswith("#each") else NOT_UNDERSTOOD
    return Tag("broken", line, source, wrong=wrong)
