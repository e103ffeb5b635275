"""Markdown to the tree that the Typst program draws: plain dictionaries, values filled in as text.

Block nodes: {"t": "p" | "h" | "clause" | "list" | "checks" | "quote" | "table" | "code" | "rule" | "products" |
"signatures" | "page_break", ...}. Inline nodes: {"t": "text" | "value" | "strong" | "em" | "strike" | "code" |
"break" | "link" | "place", ...}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from b24app.documents.jobs import tables
from b24app.documents.jobs.branching import MARK, Marked, expand, lookup, take_apart
from b24app.documents.jobs.filters import TICK, apply, is_ticked, tick_mark
from b24app.documents.jobs.placeholders import BLOCKS, Placeholder
from b24app.documents.jobs.scripts import language_of_text
from b24app.documents.templates.model import EmptyPlaceholder, TemplateCheckbox, TemplateProblem
from b24app.documents.text import one_line, printable
from b24app.errors import N_

Node = dict[str, Any]

TITLE_LIMIT = 200
"""Letters: the title stands in the header of every page."""

NOT_ALONE = N_("“%(text)s” must be on a line of its own, with an empty line before and after it.")
NO_IMAGES = N_("Images are not supported in templates; only their description is printed.")

_CLAUSE = re.compile(r"(\d{1,3}(?:\.\d{1,3})+\.?)\s+")
_TICK = re.compile(r"\[([ xX])\]\s+")
_SAFE_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_STYLES = {"strong": "strong", "em": "em", "s": "strike"}


@dataclass
class Tree:
    """A template read and filled: the nodes to draw and what was noticed on the way."""

    blocks: list[Node] = field(default_factory=list)
    title: str = ""
    placeholders: list[Placeholder] = field(default_factory=list)
    mentioned: list[Placeholder] = field(default_factory=list)  # those of branches not taken as well
    mentions: list[tuple[str, int]] = field(default_factory=list)  # what it asks of the card, with its line
    checkboxes: list[TemplateCheckbox] = field(default_factory=list)
    empties: list[EmptyPlaceholder] = field(default_factory=list)
    problems: list[TemplateProblem] = field(default_factory=list)


def grow(markdown: str, values: Mapping[str, Any] | None, ticks: Mapping[str, bool], locale: str = "en") -> Tree:
    """Read a template and fill in `values` and `ticks`; without values every branch is there, and every loop once."""
    source = take_apart(markdown)
    marked = expand(source, values, ticks)
    variables = {loop.variable for loop in source.loops}
    asked = [(p.path, p.line) for p in source.mentioned if p.kind == "value"]
    asked += [*source.conditions, *((loop.path, loop.line) for loop in source.loops)]
    tree = Tree(
        placeholders=marked.placeholders,
        mentioned=source.mentioned,
        mentions=[(path, line) for path, line in asked if path.partition(".")[0] not in variables],
        empties=marked.empties,
        problems=source.problems,
    )
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    gardener = _Gardener(values or {}, ticks, tree, marked, locale)
    tree.blocks = gardener.blocks(SyntaxTreeNode(parser.parse(marked.text)).children)
    tree.problems.sort(key=lambda problem: problem.line)
    tree.empties = list(dict.fromkeys(sorted(tree.empties, key=lambda empty: empty.line)))
    return tree


class _Gardener:
    def __init__(
        self, values: Mapping[str, Any], ticks: Mapping[str, bool], tree: Tree, marked: Marked, locale: str
    ) -> None:
        self.values, self.ticks, self.tree, self.marked, self.locale = values, ticks, tree, marked, locale

    # Blocks

    def blocks(self, nodes: list[SyntaxTreeNode]) -> list[Node]:
        return [block for node in nodes for block in self.block(node)]

    def block(self, node: SyntaxTreeNode) -> list[Node]:
        draw = getattr(self, f"_{node.type}", None)
        return draw(node) if draw else [{"t": "p", "c": [{"t": "text", "v": printable(node.content)}]}]

    def _paragraph(self, node: SyntaxTreeNode) -> list[Node]:
        alone = MARK.fullmatch(node.children[0].content.strip())
        if alone and (placeholder := self.tree.placeholders[int(alone[1])]).kind in BLOCKS:
            return [self._block_placeholder(placeholder)]
        content = self.inline(node.children[0])
        if all(piece["t"] == "text" and not piece["v"].strip() for piece in content):
            return []  # nothing but branches not taken
        if number := _CLAUSE.match(_leading_text(content)):
            content = _without_leading(content, number.end())
            return [{"t": "clause", "number": number[1], "c": content, **_look(content)}]
        return [{"t": "p", "c": content, **_look(content)}]

    def _block_placeholder(self, placeholder: Placeholder) -> Node:
        if placeholder.kind != "products":
            return {"t": placeholder.kind}
        products = self.values.get("products")
        rows = products.get("rows", []) if isinstance(products, Mapping) else []
        if not rows:
            self.tree.empties.append(EmptyPlaceholder("products", placeholder.line, required=True))
        totals = products.get("totals", []) if isinstance(products, Mapping) else []
        return {
            "t": "products",
            **tables.price_table([_texts(row) for row in rows]),
            "totals": [_texts(t) for t in totals],
        }

    def _heading(self, node: SyntaxTreeNode) -> list[Node]:
        content = self.inline(node.children[0])
        level = int(node.tag[1])
        if level == 1 and not self.tree.title:
            self.tree.title = one_line(plain(content))[:TITLE_LIMIT]
        return [{"t": "h", "level": level, "c": content, **_look(content)}]

    def _bullet_list(self, node: SyntaxTreeNode) -> list[Node]:
        ticks = [_tick_of(item) for item in node.children]
        if ticks and all(ticks):
            items = [self._check(item) for item in node.children]
            return [{"t": "checks", "items": items, **_look_of_blocks([b for item in items for b in item["c"]])}]
        return [self._list(node, ordered=False)]

    def _ordered_list(self, node: SyntaxTreeNode) -> list[Node]:
        return [self._list(node, ordered=True)]

    def _list(self, node: SyntaxTreeNode, *, ordered: bool) -> Node:
        items = [self.blocks(item.children) for item in node.children]
        start = int(node.attrs.get("start", 1))
        look = _look_of_blocks([block for item in items for block in item])
        return {"t": "list", "ordered": ordered, "start": start, "items": items, **look}

    def _check(self, item: SyntaxTreeNode) -> Node:
        """Draw "- [ ] {{ path }} text": the placeholder directly after the box names the property, unprinted."""
        first, *rest = item.children
        mark = _TICK.match(first.children[0].content)
        assert mark
        content = first.children[0].content[mark.end() :]
        path, bound = "", MARK.match(content)
        if bound and (placeholder := self.tree.placeholders[int(bound[1])]).kind == "value":
            path = placeholder.path
        children = self.inline(first.children[0])
        children = _without_leading(children, mark.end(), drop_value=bool(path))
        checked = self.ticks.get(path, mark[1] != " ")
        self.tree.empties = [e for e in self.tree.empties if not path or e.path != path]
        self.tree.checkboxes.append(TemplateCheckbox(path, one_line(plain(children)), checked))
        return {"checked": checked, "c": [{"t": "p", "c": children, **_look(children)}, *self.blocks(rest)]}

    def _blockquote(self, node: SyntaxTreeNode) -> list[Node]:
        return [{"t": "quote", "c": self.blocks(node.children)}]

    def _hr(self, _node: SyntaxTreeNode) -> list[Node]:
        return [{"t": "rule"}]

    def _fence(self, node: SyntaxTreeNode) -> list[Node]:
        return [{"t": "code", "c": self._text(node.content.rstrip("\n"))}]

    _code_block = _fence

    def _table(self, node: SyntaxTreeNode) -> list[Node]:
        rows = [
            [self.inline(cell.children[0]) for cell in row.children] for part in node.children for row in part.children
        ]
        align = [_alignment(cell) for cell in node.children[0].children[0].children]
        head = rows[0] if any(plain(cell).strip() for cell in rows[0]) else []
        look = _look([piece for row in rows for cell in row for piece in cell])
        laid_out = tables.table(align, head, rows[1:])
        return [{"t": "table", "align": align, "head": head, "rows": rows[1:], **laid_out, **look}]

    # Inline

    def inline(self, node: SyntaxTreeNode) -> list[Node]:
        return [piece for child in node.children for piece in self._inline(child)]

    def _inline(self, node: SyntaxTreeNode) -> list[Node]:
        if node.type in ("text", "code_inline"):
            pieces = self._text(node.content)
            return pieces if node.type == "text" else [{"t": "code", "c": pieces}]
        if node.type in _STYLES:
            return [{"t": _STYLES[node.type], "c": self.inline(node)}]
        if node.type in ("hardbreak", "softbreak"):
            return [{"t": "break"}] if node.type == "hardbreak" else [{"t": "text", "v": " "}]
        if node.type == "link":
            return self._link(node)
        if node.type == "image":
            self._complain(node, NO_IMAGES)
        return self._text(node.content)

    def _link(self, node: SyntaxTreeNode) -> list[Node]:
        address = str(node.attrs.get("href", ""))
        if _SAFE_LINK.match(address):
            return [{"t": "link", "to": address, "c": self.inline(node)}]
        return self.inline(node)

    def _text(self, text: str) -> list[Node]:
        """Split text at the marks and fill in what they stand for."""
        pieces = MARK.split(text)
        nodes: list[Node] = []
        for index, piece in enumerate(pieces):
            if index % 2:
                nodes.append(self._fill(self.tree.placeholders[int(piece)]))
            elif piece:
                nodes.append({"t": "text", "v": printable(piece)})
        return nodes

    def _fill(self, placeholder: Placeholder) -> Node:
        if placeholder.kind == "value":
            return self._value(placeholder)
        if placeholder.kind == "place":
            facts = {
                "type": placeholder.field_type,
                "signer": placeholder.signer,
                "label": printable(placeholder.label),
            }
            return {"t": "place", **facts}
        if placeholder.kind in BLOCKS:
            self.tree.problems.append(TemplateProblem(placeholder.line, NOT_ALONE, {"text": placeholder.source}))
        return {"t": "text", "v": printable(placeholder.source)}

    def _tick(self, placeholder: Placeholder) -> Node:
        """Show a yes/no property in the line; the composer offers it like the box of a list."""
        value = lookup(placeholder.path, placeholder.scope, self.values)
        checked = self.ticks.get(placeholder.path, is_ticked(value))
        is_property = placeholder.path in self.ticks or not value
        if is_property and placeholder.path not in {checkbox.path for checkbox in self.tree.checkboxes}:
            self.tree.checkboxes.append(TemplateCheckbox(placeholder.path, "", checked))
        return {"t": "value", "v": tick_mark(checked)}

    def _value(self, placeholder: Placeholder) -> Node:
        if (TICK, "") in placeholder.filters and placeholder.path.partition(".")[0] not in placeholder.scope:
            return self._tick(placeholder)
        value = lookup(placeholder.path, placeholder.scope, self.values)
        written = apply(placeholder.filters, value, self.locale) if isinstance(value, str) else ""
        text = printable(written).strip()
        if not text and placeholder.default is not None:
            text = printable(placeholder.default)
        if not text:
            required = not placeholder.may_be_empty and placeholder.default is None
            if placeholder.default is None:
                self.tree.empties.append(EmptyPlaceholder(_whole_path(placeholder), placeholder.line, required))
            return {"t": "value", "v": "", "blank": required}
        return {"t": "value", "v": text}

    def _complain(self, node: SyntaxTreeNode, message: str) -> None:
        line = node
        while not line.map and line.parent:
            line = line.parent
        self.tree.problems.append(TemplateProblem(self.marked.origin(line.map[0] if line.map else 0), message, {}))


def plain(nodes: list[Node]) -> str:
    """Flatten inline nodes to their text."""
    return "".join(plain(node["c"]) if "c" in node else str(node.get("v", " ")) for node in nodes)


def _look(content: list[Node]) -> Node:
    """Say in which language a piece is set, where that is another than the document's."""
    language = language_of_text(plain(content))
    return {"lang": language} if language else {}


def _look_of_blocks(blocks: list[Node]) -> Node:
    looks = {block.get("lang", "") for block in blocks}
    return {"lang": looks.pop()} if len(looks) == 1 and looks != {""} else {}


def _whole_path(placeholder: Placeholder) -> str:
    """Name a loop's variable by its list: item.tax -> products.tax."""
    head, _, rest = placeholder.path.partition(".")
    item = placeholder.scope.get(head)
    return ".".join(filter(None, (item["list"], rest))) if item else placeholder.path


def _leading_text(nodes: list[Node]) -> str:
    return nodes[0]["v"] if nodes and nodes[0]["t"] == "text" else ""


def _without_leading(nodes: list[Node], length: int, *, drop_value: bool = False) -> list[Node]:
    """Cut `length` characters off the text at the beginning, and the value that follows if asked."""
    first = {**nodes[0], "v": nodes[0]["v"][length:]}
    rest = nodes[2:] if drop_value else nodes[1:]
    if drop_value and rest and rest[0]["t"] == "text":
        rest = [{**rest[0], "v": rest[0]["v"].lstrip()}, *rest[1:]]
    return [first, *rest] if first["v"] else rest


def _tick_of(item: SyntaxTreeNode) -> bool:
    first = item.children[0] if item.children else None
    return bool(first and first.type == "paragraph" and _TICK.match(first.children[0].content))


def _alignment(cell: SyntaxTreeNode) -> str:
    return str(cell.attrs.get("style", "")).removeprefix("text-align:") or "left"


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): one_line(str(value)) for name, value in row.items()}
