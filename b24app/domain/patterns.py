"""Patterns that a text must match: a part of regular expressions, read by ourselves: none can take long.

Kept: characters, `.`, `\\d \\w \\s` and their opposites, sets `[A-Z0-9-]`, groups, `|`, `? * +`, `{2}`, `{2,5}`.
A text is walked along once with the set of places where the pattern may stand (Thompson, CACM 11/6, 1968): nothing is
tried twice, so the work is at most steps of the pattern times characters of the text. References back and looks ahead,
which need more than that, are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from b24app.errors import N_, InvalidPayload

MOST_CHARS = 200
MOST_STEPS = 500

Fits = Callable[[str], bool]

NOT_UNDERSTOOD = N_("The pattern cannot be read at “%(rest)s”. Example: [A-Z]{2}-[0-9]{4}")
TOO_LARGE = N_("The pattern is too large. Shorten it or repeat less.")

_KINDS: dict[str, Fits] = {
    "d": lambda c: c.isdecimal(),
    "w": lambda c: c.isalnum() or c == "_",
    "s": lambda c: c.isspace(),
    "D": lambda c: not c.isdecimal(),
    "W": lambda c: not (c.isalnum() or c == "_"),
    "S": lambda c: not c.isspace(),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True)
class _Step:
    """Take one character that fits, or (`fits` None) go on at these places, counted from this step."""

    fits: Fits | None
    to: tuple[int, ...] = (1,)


_Steps = tuple[_Step, ...]


def matches(pattern: str, text: str) -> bool:
    """Say whether the whole text fits. Raises: InvalidPayload for what is no pattern."""
    steps = check_pattern(pattern)
    places = _reach(steps, {0})
    for character in text:
        places = _reach(steps, {p + 1 for p in places if p < len(steps) and _takes(steps[p], character)})
    return len(steps) in places


@lru_cache(maxsize=256)
def check_pattern(pattern: str) -> _Steps:
    """Read a pattern. Raises: InvalidPayload (pattern)."""
    if len(pattern) > MOST_CHARS:
        raise InvalidPayload(TOO_LARGE, field="pattern")
    reader = _Reader(pattern.removeprefix("^"))
    steps = reader.alternatives()
    if reader.rest not in ("", "$"):
        raise reader.confused()
    return steps


def _takes(step: _Step, character: str) -> bool:
    return step.fits is not None and step.fits(character)


def _reach(steps: _Steps, places: set[int]) -> set[int]:
    """Add where the pattern can stand without taking a character."""
    found, waiting = set(places), list(places)
    while waiting:
        place = waiting.pop()
        if place < len(steps) and steps[place].fits is None:
            fresh = {place + jump for jump in steps[place].to} - found
            found |= fresh
            waiting += fresh
    return found


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.rest = pattern
        self.depth = 0

    def confused(self) -> InvalidPayload:
        return InvalidPayload(NOT_UNDERSTOOD, field="pattern", rest=self.rest[:20])

    def alternatives(self) -> _Steps:
        left = self._row()
        while self._skip("|"):
            right = self._row()
            left = _sized((_Step(None, (1, len(left) + 2)), *left, _Step(None, (len(right) + 1,)), *right))
        return left

    def _row(self) -> _Steps:
        steps: _Steps = ()
        while self.rest and self.rest[0] not in "|)" and self.rest != "$":
            steps = _sized((*steps, *self._repeated(self._atom())))
        return steps

    def _atom(self) -> _Steps:
        if self._skip("("):
            return self._group()
        if self._skip("["):
            return (_Step(self._set()),)
        if self._skip("."):
            return (_Step(lambda _c: True),)
        if self.rest[0] in "*+?{^$":
            raise self.confused()
        return (_Step(self._character()),)

    def _group(self) -> _Steps:
        self._skip("?:")
        self.depth += 1
        if self.rest.startswith("?") or self.depth > 20:
            raise self.confused()
        steps = self.alternatives()
        if not self._skip(")"):
            raise self.confused()
        self.depth -= 1
        return steps

    def _repeated(self, atom: _Steps) -> _Steps:
        if self._skip("*"):
            steps = _any_number(atom)
        elif self._skip("+"):
            steps = (*atom, *_any_number(atom))
        elif self._skip("?"):
            steps = _perhaps(atom)
        elif self._skip("{"):
            steps = self._counted(atom)
        else:
            return atom
        if self.rest[:1] in tuple("*+?{"):
            raise self.confused()
        return _sized(steps)

    def _counted(self, atom: _Steps) -> _Steps:
        body, closed, rest = self.rest.partition("}")
        low, comma, high = body.partition(",")
        if not closed or not _is_count(low) or not (high == "" or _is_count(high)):
            raise self.confused()
        least, most = int(low), int(high) if high else int(low)
        if most < least or (least + most) * len(atom) > 2 * MOST_STEPS:
            raise InvalidPayload(TOO_LARGE, field="pattern")
        self.rest = rest
        open_end = bool(comma) and not high
        return atom * least + (_any_number(atom) if open_end else _perhaps(atom) * (most - least))

    def _set(self) -> Fits:
        is_opposite = self._skip("^")
        ranges: list[tuple[str, str]] = []
        kinds: list[Fits] = []
        while not self._skip("]"):
            first = self._member(kinds)
            if first is None:
                continue
            last = first
            if self.rest[:1] == "-" and self.rest[1:2] not in ("", "]"):
                self.rest = self.rest[1:]
                last = self._member([]) or ""
                if last < first:
                    raise self.confused()
            ranges.append((first, last))
        return lambda c: (any(a <= c <= b for a, b in ranges) or any(fits(c) for fits in kinds)) != is_opposite

    def _member(self, kinds: list[Fits]) -> str | None:
        """Read one character of a set; a kind such as `\\d` goes into `kinds` instead."""
        if not self.rest or self.rest[0] == "[":
            raise self.confused()
        if self.rest[0] != "\\":
            return self._next()
        self._next()
        letter = self._escaped()
        if letter in _KINDS:
            kinds.append(_KINDS[letter])
            return None
        return _CONTROLS.get(letter, letter)

    def _character(self) -> Fits:
        letter = self._next()
        if letter == "\\":
            letter = self._escaped()
            if letter in _KINDS:
                return _KINDS[letter]
            letter = _CONTROLS.get(letter, letter)
        return lambda c: c == letter

    def _escaped(self) -> str:
        """Read what follows a backslash: a kind, a control or a sign; other letters and digits mean more elsewhere."""
        letter = self.rest[:1]
        if not letter or (letter.isalnum() and letter not in _KINDS and letter not in _CONTROLS):
            raise self.confused()
        return self._next()

    def _next(self) -> str:
        letter, self.rest = self.rest[0], self.rest[1:]
        return letter

    def _skip(self, text: str) -> bool:
        found = self.rest.startswith(text)
        self.rest = self.rest.removeprefix(text)
        return found


def _any_number(atom: _Steps) -> _Steps:
    return (_Step(None, (1, len(atom) + 2)), *atom, _Step(None, (-len(atom) - 1,)))


def _perhaps(atom: _Steps) -> _Steps:
    return (_Step(None, (1, len(atom) + 1)), *atom)


def _sized(steps: _Steps) -> _Steps:
    if len(steps) > MOST_STEPS:
        raise InvalidPayload(TOO_LARGE, field="pattern")
    return steps


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3
