"""Compare two revisions as text, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 3000
"""Beyond, everything between the same beginning and the same end is shown as one change: comparing costs the square."""

AROUND = 3


@dataclass(frozen=True)
class DiffLine:
    """`sign`: "+" only in the newer, "-" only in the older, " " in both, "…" lines left out. `number`: in its text."""

    sign: str
    number: int
    text: str


def compare(older: str, newer: str) -> list[DiffLine]:
    """Return what changed, with a few lines around it; empty when nothing did."""
    return list(_shortened(list(_all_lines(older.splitlines(), newer.splitlines()))))


def _all_lines(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    for kind, a1, a2, b1, b2 in _steps(old, new):
        if kind == "equal":
            yield from (DiffLine(" ", number + 1, new[number]) for number in range(b1, b2))
        else:
            yield from (DiffLine("-", number + 1, old[number]) for number in range(a1, a2))
            yield from (DiffLine("+", number + 1, new[number]) for number in range(b1, b2))


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) <= MOST_LINES:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    a2, b2 = len(old) - tail, len(new) - tail
    return [
        ("equal", 0, start, 0, start), ("replace", start, a2, start, b2), ("equal", a2, len(old), b2, len(new)),
    ]  # fmt: skip


def _shortened(lines: list[DiffLine]) -> Iterator[DiffLine]:
    """Leave out what is the same and far from a change."""
    changed = [place for place, line in enumerate(lines) if line.sign != " "]
    near = {place + step for place in changed for step in range(-AROUND, AROUND + 1)}
    is_gap = False
    for place, line in enumerate(lines):
        if place in near:
            yield line
        elif changed and not is_gap:
            yield DiffLine("…", line.number, "")
        is_gap = place not in near
