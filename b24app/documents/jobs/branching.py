"""Branches and loops of a template, done before Markdown sees it.

Every placeholder is swapped for an opaque word (a private mark, its number, a private mark), so that pipes in tables,
underscores and quotes inside it never meet Markdown's own rules, and no value ever becomes markup. A tag alone on its
line goes with the whole line, so that a loop can stand around a row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.documents.jobs.placeholders import PLACEHOLDER, Condition, Placeholder, Tag, parse
from b24app.documents.templates.model import EmptyPlaceholder, TemplateProblem
from b24app.documents.templates.values import Printed
from b24app.errors import N_, DocumentRefused

OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")
MOST_PIECES = 50_000
MOST_NESTED = 20

_IN_ADDRESS = re.compile(r"\]\([^)\s]*\{\{")
_STRAY = re.compile(r"\{\{|\}\}")
_CLOSER = {"if": "{{/if}}", "each": "{{/each}}"}

NOT_IN_ADDRESS = N_("A placeholder inside the address of a link does not work. Write it as text.")
NOT_CLOSED = N_(
    "Two curly brackets have no counterpart here. A placeholder begins with {{ and ends with }} on the same line."
)
BLOCK_NOT_CLOSED = N_("“%(text)s” is never closed. Add %(closer)s where it ends.")
CLOSES_NOTHING = N_("“%(text)s” has nothing to close here.")
ELSE_OF_NOTHING = N_("“%(text)s” stands outside of a condition or a loop.")
TOO_DEEP = N_("“%(text)s” is nested too deeply. At most %(most)s conditions and loops can stand in one another.")
TOO_MUCH = N_("The loops of this template repeat too often. Shorten it.")

Scope = Mapping[str, Mapping[str, Any]]


@dataclass
class Piece:
    """Text of one line, or a placeholder."""

    line: int
    text: str = ""
    placeholder: Placeholder | None = None


@dataclass
class Branch:
    """What stands under one condition; None is the `else` of a condition or a loop."""

    condition: Condition | None
    content: list[Any] = field(default_factory=list)


@dataclass
class Block:
    """A condition with its branches, or a loop."""

    tag: Tag
    branches: list[Branch]


@dataclass
class Source:
    """A template taken apart. `mentioned`: every placeholder in it, whether or not a branch is taken."""

    content: list[Any] = field(default_factory=list)
    mentioned: list[Placeholder] = field(default_factory=list)
    loops: list[Tag] = field(default_factory=list)
    conditions: list[tuple[str, int]] = field(default_factory=list)  # path and line
    problems: list[TemplateProblem] = field(default_factory=list)


@dataclass
class Marked:
    """Markdown with marks. `origins`: for each of its lines, the line of the template it came from."""

    text: str = ""
    placeholders: list[Placeholder] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    empties: list[EmptyPlaceholder] = field(default_factory=list)

    def origin(self, line: int) -> int:
        """Return the template's line (1-based) behind a line of the marked text (0-based)."""
        return self.origins[min(line, len(self.origins) - 1)] if self.origins else 1


def take_apart(markdown: str) -> Source:
    """Read a template into text, placeholders and blocks; what is wrong with them is told by line."""
    source = Source()
    builder = _Builder(source)
    for number, line in enumerate(markdown.replace(OPEN, "").replace(CLOSE, "").splitlines(), start=1):
        if _STRAY.search(PLACEHOLDER.sub("", line)):
            source.problems.append(TemplateProblem(number, NOT_CLOSED, {}))
        if _IN_ADDRESS.search(line):
            source.problems.append(TemplateProblem(number, NOT_IN_ADDRESS, {}))
        builder.take_line(number, line)
    builder.finish()
    return source


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[Block] = []

    def take_line(self, number: int, line: str) -> None:
        alone = PLACEHOLDER.fullmatch(line.strip())
        if alone and isinstance(tag := parse(alone[1].strip(), number, alone[0]), Tag) and tag.kind != "broken":
            self._steer(tag)
            return
        for part in self._parts(number, line):
            self._steer(part) if isinstance(part, Tag) else self._here().append(part)
        self._here().append(Piece(number, "\n"))

    def finish(self) -> None:
        for block in self.open:
            params = {"text": block.tag.source, "closer": _CLOSER[block.tag.kind]}
            self._complain(block.tag, BLOCK_NOT_CLOSED, params)

    def _parts(self, number: int, line: str) -> Iterator[Piece | Tag]:
        position = 0
        for found in PLACEHOLDER.finditer(line):
            yield Piece(number, line[position : found.start()])
            position = found.end()
            part = parse(found[1].strip(), number, found[0])
            if isinstance(part, Tag) and part.kind == "broken":
                part = Placeholder("broken", number, part.source, wrong=part.wrong)
            if isinstance(part, Placeholder):
                self._mention(part)
                yield Piece(number, placeholder=part)
            else:
                yield part
        yield Piece(number, line[position:])

    def _mention(self, placeholder: Placeholder) -> None:
        self.source.mentioned.append(placeholder)
        if placeholder.wrong:
            params = {"text": placeholder.source}
            params |= {"name": placeholder.wrong_name} if placeholder.wrong_name else {}
            self.source.problems.append(TemplateProblem(placeholder.line, placeholder.wrong, params))

    def _here(self) -> list[Any]:
        return self.open[-1].branches[-1].content if self.open else self.source.content

    def _steer(self, tag: Tag) -> None:
        if tag.wrong:
            self._complain(tag, tag.wrong, {"text": tag.source})
        if tag.condition:
            self.source.conditions.append((tag.condition.path, tag.line))
        if tag.kind in _CLOSER:
            self._begin(tag)
        elif tag.kind in ("elif", "else"):
            self._turn(tag)
        else:
            self._close(tag)

    def _begin(self, tag: Tag) -> None:
        if len(self.open) >= MOST_NESTED:
            self._complain(tag, TOO_DEEP, {"text": tag.source, "most": MOST_NESTED})
            return
        block = Block(tag, [Branch(tag.condition or Condition(""))])
        self._here().append(block)
        self.open.append(block)
        if tag.kind == "each":
            self.source.loops.append(tag)

    def _turn(self, tag: Tag) -> None:
        block = self.open[-1] if self.open else None
        if block is None or block.branches[-1].condition is None or (tag.kind == "elif" and block.tag.kind == "each"):
            self._complain(tag, ELSE_OF_NOTHING, {"text": tag.source})
            return
        block.branches.append(Branch(None if tag.kind == "else" else tag.condition or Condition("")))

    def _close(self, tag: Tag) -> None:
        if self.open and f"end{self.open[-1].tag.kind}" == tag.kind:
            self.open.pop()
        else:
            self._complain(tag, CLOSES_NOTHING, {"text": tag.source})

    def _complain(self, tag: Tag, message: str, params: Mapping[str, Any]) -> None:
        self.source.problems.append(TemplateProblem(tag.line, message, params))


def expand(source: Source, values: Mapping[str, Any] | None, ticks: Mapping[str, bool]) -> Marked:
    """Take the branches that `values` and `ticks` decide, repeat the loops; with None every branch and loop once."""
    return _Expander(values, ticks).run(source)


class _Expander:
    def __init__(self, values: Mapping[str, Any] | None, ticks: Mapping[str, bool]) -> None:
        self.values, self.ticks = values, ticks
        self.marked = Marked()
        self.parts: list[str] = []
        self.count = 0
        self.at_start = True

    def run(self, source: Source) -> Marked:
        self._walk(source.content, {})
        self.marked.text = "".join(self.parts)
        return self.marked

    def _walk(self, content: list[Any], scope: Scope) -> None:
        for each in content:
            self.count += 1
            if self.count > MOST_PIECES:
                raise DocumentRefused(TOO_MUCH, reason="too_complex")
            if isinstance(each, Piece):
                self._put(each, scope)
            elif each.tag.kind == "if":
                self._branch(each, scope)
            else:
                self._loop(each, scope)

    def _put(self, piece: Piece, scope: Scope) -> None:
        text = piece.text
        if piece.placeholder:
            text = f"{OPEN}{len(self.marked.placeholders)}{CLOSE}"
            self.marked.placeholders.append(replace(piece.placeholder, scope=scope))
        if not text:
            return
        if self.at_start:
            self.marked.origins.append(piece.line)
        self.at_start = text == "\n"
        self.parts.append(text)

    def _branch(self, block: Block, scope: Scope) -> None:
        for branch in block.branches:
            if self.values is None:
                self._walk(branch.content, scope)
            elif branch.condition is None or self._holds(branch.condition, scope):
                self._walk(branch.content, scope)
                return

    def _loop(self, block: Block, scope: Scope) -> None:
        tag, first, *others = block.tag, *block.branches
        items = self._items(tag.path, scope) if self.values is not None else [{}]
        for number, item in enumerate(items, start=1):
            around = {"number": str(number), "": "", **(item if isinstance(item, Mapping) else {"": item})}
            self._walk(first.content, {**scope, tag.variable: {**around, "list": tag.path}})
        if not items and not others:
            self.marked.empties.append(EmptyPlaceholder(tag.path, tag.line, required=True))
        if others and (not items or self.values is None):
            self._walk(others[0].content, scope)

    def _items(self, path: str, scope: Scope) -> list[Any]:
        found = lookup(path, scope, self.values or {})
        if isinstance(found, Mapping):
            found = found.get("rows")
        return list(found) if isinstance(found, list) else []

    def _holds(self, condition: Condition, scope: Scope) -> bool:
        value = lookup(condition.path, scope, self.values or {})
        if condition.path in self.ticks:
            value = Printed("", "boolean", "1" if self.ticks[condition.path] else "")
        if condition.operator:
            is_equal = _folded(value) == _folded(condition.text)
            return (is_equal == (condition.operator == "==")) != condition.is_negated
        return is_there(value) != condition.is_negated


def lookup(path: str, scope: Scope, values: Mapping[str, Any]) -> Any:
    """Find a value by its path; the variables of loops come first."""
    head, _, rest = path.partition(".")
    return scope[head].get(rest) if head in scope else values.get(path)


def is_there(value: Any) -> bool:
    """Say whether a condition sees something: no empty text or list, no unticked box, no nought."""
    if isinstance(value, Printed) and value.kind == "boolean":
        return bool(value.raw)
    if isinstance(value, Printed) and value.kind in ("money", "number"):
        return bool(value.raw.strip("-0."))
    if isinstance(value, Mapping):
        return bool(value.get("rows"))
    return bool(value.strip() if isinstance(value, str) else value)


def _folded(value: Any) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else ""
