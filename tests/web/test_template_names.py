"""One name, one meaning in all templates: a helper that takes another's name breaks pages far away from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS

from b24app import ROOT
from b24app.web import doors
from tests.portal_room import open_room

GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
"""Jinja2's own stand-ins for these are replaced by the translating ones."""


class Watched(dict[str, Any]):
    """Helpers of templates, which remembers every name that was given away twice."""

    def __init__(self, known: dict[str, Any]) -> None:
        super().__init__(known)
        self.taken_over: list[str] = []

    def __setitem__(self, name: str, helper: Any) -> None:
        if name in self and self[name] is not helper and name not in GETTEXT:
            self.taken_over.append(name)
        super().__setitem__(name, helper)

    def update(self, *many: Any, **named: Any) -> None:
        for name, helper in dict(*many, **named).items():
            self[name] = helper


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    made = Flask("b24app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    env = made.jinja_env
    env.globals, env.filters, env.tests = Watched(env.globals), Watched(env.filters), Watched(env.tests)
    doors.register(made, open_room(tmp_path_factory.mktemp("names")))
    return made


def own(app: Flask) -> set[str]:
    """The globals that are ours."""
    return set(app.jinja_env.globals) - set(Flask("bare").jinja_env.globals) - GETTEXT


def test_no_two_helpers_share_a_name(app: Flask):
    env = app.jinja_env
    taken = {kind: getattr(env, kind).taken_over for kind in ("globals", "filters", "tests")}
    assert taken == {"globals": [], "filters": [], "tests": []}
    assert len(own(app)) > 20
    assert set(env.filters) > set(DEFAULT_FILTERS)
    assert set(env.tests) >= set(DEFAULT_TESTS)


def test_no_macro_and_no_block_variable_is_called_as_a_helper(app: Flask):
    named = re.compile(r"\{%-?\s*(?:macro|set)\s+(\w+)|\bimport\s+([^%]+?)\s*(?:with context\s*)?-?%\}")
    shadowing = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        words = {word for found in named.findall(path.read_text()) for word in re.findall(r"\w+", " ".join(found))}
        if both := words & own(app):
            shadowing[path.name] = both
    assert shadowing == {}


def test_no_page_passes_a_value_under_the_name_of_a_helper(app: Flask):
    passed = {name: where for where, name in passed_values()}
    assert len(passed) > 40
    assert {name: where for name, where in passed.items() if name in own(app)} == {}


def passed_values() -> Iterator[tuple[str, str]]:
    """Whatever a door hands to a template: file and name."""
    for path in [*(ROOT / "b24app" / "web").glob("*.py"), *Path(ROOT / "placement_handlers").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render_template":
                yield from ((path.name, word.arg) for word in node.keywords if word.arg)
