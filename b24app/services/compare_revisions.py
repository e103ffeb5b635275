"""Compare two revisions as text, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 1000
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


def _steps(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Tell what became of which lines: (kind, from, to in the old text, from, to in the new one)."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    old_end, new_end = len(old) - tail, len(new) - tail
    yield "equal", 0, start, 0, start
    if max(old_end, new_end) - start > MOST_LINES:
        yield "replace", start, old_end, start, new_end
    else:
        matcher = SequenceMatcher(None, old[start:old_end], new[start:new_end], autojunk=False)
        for kind, *places in matcher.get_opcodes():
            a1, a2, b1, b2 = (place + start for place in places)
            yield kind, a1, a2, b1, b2
    yield "equal", old_end, len(old), new_end, len(new)


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
