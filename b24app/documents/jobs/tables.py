"""Lay out a template's tables as far as that needs no typesetter: who shares the width, and what is surely short.

A short table is kept on one page. To measure one is to set it twice, so where its texts alone tell that it is short,
nothing is measured; the guess is generous, and a page has room for twice as much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

SHORT_PT = 300.0
"""Up to this height typst/template.typ keeps a table together."""

TEXT_WIDTH_PT, NARROWEST_PT = 440.0, 70.0
PADDING_PT, LINE_PT = 12.0, 13.0
LETTER_PT, WIDE_LETTER_PT = 6.5, 10.5  # of 9.8 pt type
FIRST_WIDE = "\u0530"
"""Where writing begins that may be wider than Latin, Greek and Cyrillic."""

FILLED = 0.7
"""How full of words a line is, at least on average."""

HEAD = "m" * 12
PLACE, BLANK, BREAK = "m" * 25 + "\n\n\n", "m" * 12, "\n"
"""As many letters and lines as these take."""


def table(align: Sequence[str], head: Sequence[Any], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Lay out a table; a cell is a list of inline nodes of template_tree. `head` is empty when nothing stands in it.

    Returns: "shares", per column, whether it has a part of the width that the others leave, and "short".
    """
    if head and head[0]:
        only_figures = all(side == "right" for side in align)
        shares = [side != "right" or only_figures for side in align]
    else:
        shares = [number > 0 for number in range(len(align))]  # the first names the rows
    whole = [*([head] if head else []), *rows]
    return {"shares": shares, "short": is_surely_short([[_extent(cell) for cell in row] for row in whole], shares)}


def price_table(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Lay out products. Returns: "rows", "columns" (their names, behind the number's) and "short"."""
    columns = ["name", "quantity", "price", *(["tax"] if any(row.get("tax") for row in rows) else []), "sum"]
    cells = [[f"{row.get(name, '')} {row.get('unit', '')}" for name in columns] for row in rows]
    head = [HEAD] * len(columns)
    whole = [["№", *head], *([str(number), *row] for number, row in enumerate(cells, start=1))]
    return {
        "rows": list(rows),
        "columns": columns,
        "short": is_surely_short(whole, [False, *(name == "name" for name in columns)]),
    }


def is_surely_short(rows: Sequence[Sequence[str]], shares: Sequence[bool]) -> bool:
    """Say whether a table of these texts is lower than `SHORT_PT`, whichever fonts it is set in."""
    if not rows:
        return True
    natural_pt = [max(map(_width_pt, cells)) + PADDING_PT for cells in zip(*rows, strict=True)]
    left_pt = TEXT_WIDTH_PT - sum(pt for pt, share in zip(natural_pt, shares, strict=True) if not share)
    share_pt = left_pt / max(sum(shares), 1)
    if share_pt < NARROWEST_PT:
        return False
    widths_pt = [share_pt if share else pt for pt, share in zip(natural_pt, shares, strict=True)]
    return sum(max(map(_height_pt, row, widths_pt)) for row in rows) <= SHORT_PT


def _extent(content: Sequence[Mapping[str, Any]]) -> str:
    """Write a cell as a text that takes as much room."""
    extents = {"place": PLACE, "break": BREAK}
    return "".join(
        _extent(node["c"]) if "c" in node else extents.get(node["t"]) or node.get("v") or BLANK for node in content
    )


def _width_pt(text: str) -> float:
    lines = text.split("\n")
    return max(sum(LETTER_PT if letter < FIRST_WIDE else WIDE_LETTER_PT for letter in line) for line in lines)


def _height_pt(text: str, width_pt: float) -> float:
    inner_pt = max(width_pt - PADDING_PT, LETTER_PT) * FILLED
    lines = sum(max(1, math.ceil(_width_pt(line) / inner_pt)) for line in text.split("\n"))
    return lines * LINE_PT + PADDING_PT
