"""The language of DOCX templates: Jinja2 cut down to values, conditions, loops and a few filters.

No globals, no calls, no attributes of Python objects, no growing of texts: a tenant's template reaches the values it is
given and nothing else. What is missing is written down and prints as a line to fill in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from jinja2 import Undefined
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from b24app.documents.jobs.filters import TICK, is_ticked, tick_mark
from b24app.documents.text import printable

KEPT_FILTERS = (
    "capitalize",
    "default",
    "d",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "round",
    "title",
    "trim",
    "upper",
)
KEPT_TESTS = ("defined", "undefined", "equalto", "eq", "even", "odd", "divisibleby")
LOOP_WORDS = frozenset({"index", "index0", "revindex", "first", "last", "length"})
BLANK = "____________"
UNTAGGED = "{\u202f{"
"""What two curly brackets in a value become: a narrow space keeps them from being a text tag in the pages."""

TEXT_LIMIT = 200_000
"""Characters of one printed value."""


class Values(dict[str, Any]):
    """A branch of the values: remembers the path that led to it. It is the only kind of mapping templates can enter."""

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path


class Tick(str):
    """A yes/no property: prints "Yes" or "No", and a condition on it holds when it is ticked."""

    path: str
    checked: bool

    def __new__(cls, text: str, path: str, checked: bool) -> Self:
        made = super().__new__(cls, text)
        made.path, made.checked = path, checked
        return made

    def __bool__(self) -> bool:
        return self.checked


class Missing(Undefined):
    """A value that is not there. Printing it tells `found`; asking whether it is there does not."""

    found: ClassVar[list[str]] = []  # these two are replaced by its own in every environment
    ticks: ClassVar[Mapping[str, bool]] = {}

    def __init__(self, path: str) -> None:
        super().__init__(name=path)
        self.path = path

    def __str__(self) -> str:
        if self.path not in self.found:
            self.found.append(self.path)
        return BLANK

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __bool__(self) -> bool:
        return self.ticks.get(self.path, False)

    def __len__(self) -> int:
        return 0

    def __html__(self) -> str:
        return str(self)


class DocxLanguage(ImmutableSandboxedEnvironment):
    """The environment for one rendering; `missing` and `ticked` (path -> ticked) fill while it renders.

    `ticks`: path -> ticked, for the yes/no properties there are.
    """

    intercepted_binops = frozenset({"*", "**", "%", "+", "//"})

    def __init__(self, ticks: Mapping[str, bool] | None = None) -> None:
        self.missing: list[str] = []
        self.ticked: dict[str, bool] = {}
        kind = type("Missing", (Missing,), {"found": self.missing, "ticks": ticks or {}})
        super().__init__(autoescape=True, undefined=_made_of(kind), finalize=_finalize)
        self.kind: type[Missing] = kind
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in KEPT_FILTERS}
        self.filters["default"] = self.filters["d"] = _default
        self.filters[TICK] = self._tick
        self.tests = {name: test for name, test in self.tests.items() if name in KEPT_TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Enter values by name, lists by number, the loop by its few words; anything else is missing."""
        if isinstance(obj, Missing):
            return self.kind(f"{obj.path}.{argument}")
        if isinstance(obj, Values):
            path = f"{obj.path}.{argument}" if obj.path else str(argument)
            return obj[argument] if isinstance(argument, str) and argument in obj else self.kind(path)
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in LOOP_WORDS:
            return getattr(obj, argument)
        return self.kind(str(argument))

    def _tick(self, value: Any) -> str:
        """Draw a box, and note which property it shows."""
        checked = is_ticked(value)
        if isinstance(value, Tick | Missing):
            self.ticked[value.path] = checked
        return tick_mark(checked)

    def call(self, _context: Any, _obj: Any, *_args: Any, **_kwargs: Any) -> Any:
        raise SecurityError("calls")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers only; texts are joined by `~`."""
        if not (_is_number(left) and _is_number(right)) or (operator == "**" and abs(right) > 16):
            raise SecurityError(operator)
        return super().call_binop(context, operator, left, right)


def tree_of(values: Mapping[str, Any], ticks: Mapping[str, bool] | None = None) -> Values:
    """Hang flat paths into a tree: {"lead.title": "x"} -> {"lead": {"title": "x"}}; empty values are left out."""
    ticks = ticks or {}
    root = Values()
    for path, value in values.items():
        if value in ("", None):
            continue
        *branches, leaf = path.split(".")
        node: Any = root
        for name in branches:
            below = node.setdefault(name, Values(f"{node.path}.{name}" if node.path else name))
            node = below if isinstance(below, Values) else Values()
        if not isinstance(node.get(leaf), Values):
            plain = _plain(value, path)
            node[leaf] = Tick(plain, path, ticks[path]) if path in ticks and isinstance(plain, str) else plain
    return root


def _plain(value: Any, path: str) -> Any:
    """Copy into plain texts, numbers, lists and branches."""
    if isinstance(value, Mapping):
        branch = Values(path)
        branch.update({str(name): _plain(below, f"{path}.{name}") for name, below in value.items() if below != ""})
        return branch
    if isinstance(value, list | tuple):
        return [_plain(each, path) for each in value]
    return value if isinstance(value, bool | int | float) else printable(str(value)).replace("{{", UNTAGGED)


def _made_of(kind: type[Missing]) -> Any:
    """Jinja2 makes its undefined values by keyword; ours need the path only."""

    class Made(kind):  # type: ignore[valid-type, misc]
        def __init__(self, hint: Any = None, obj: Any = None, name: Any = None, exc: Any = None) -> None:  # noqa: ARG002
            super().__init__(str(name or ""))

    return Made


def _finalize(value: Any) -> Any:
    """Print texts and numbers, and nothing of ours."""
    if not isinstance(value, str | int | float | Undefined) or (isinstance(value, str) and len(value) > TEXT_LIMIT):
        raise SecurityError("not a text")
    return value


def _default(value: Any, default: Any = "", _boolean: bool = False) -> Any:
    return default if isinstance(value, Undefined) or value == "" else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
