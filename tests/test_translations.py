"""Every sentence has its Ukrainian one, with the same placeholders, and the compiled catalogue is the written one."""

from __future__ import annotations

import ast
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template
from flask_babel import ngettext

from b24app import errors
from b24app.web import i18n

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "b24app/translations/uk/LC_MESSAGES/messages.po"
PERCENT = re.compile(r"%\(\w+\)[sd]")
BRACES = re.compile(r"\{\{ [\w.]+ \}\}|\{\{|\}\}|\{\w+\}")
SHOWN_AS_EXAMPLE = {"{braces}", "{дужках}"}
MARKUP = re.compile(r"</?\w+[^>]*>|https?://[\w./-]+|PARAPH_\w+")
MIXED_WORD = re.compile(r"[А-яІіЇїЄєҐґ][A-Za-z]|[A-Za-z][А-яІіЇїЄєҐґ]")


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Catalog:
    """What `make translations` finds in code and pages, by the Makefile's own command line."""
    pot = tmp_path_factory.mktemp("pot") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        CommandLineInterface().run(["pybabel", *_extract_arguments(pot)])
    with pot.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def ukrainian() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="uk")


def test_every_sentence_is_translated(sources, ukrainian):
    missing = [source.id for source in _messages(sources) if not _is_whole(ukrainian.get(source.id))]
    assert not missing


def test_every_error_raised_with_its_sentence_is_translated(ukrainian):
    missing = [sentence for sentence in _raised_sentences() if ukrainian.get(sentence) is None]
    assert not missing


def test_nothing_is_left_for_somebody_to_look_at(ukrainian):
    unfinished = [message.id for message in _messages(ukrainian) if message.fuzzy or not _is_whole(message)]
    assert not unfinished


def test_every_count_has_three_forms(ukrainian):
    assert ukrainian.num_plurals == 3
    wrong = [m.id for m in _messages(ukrainian) if m.pluralizable and len(m.string) != ukrainian.num_plurals]
    assert not wrong


@pytest.mark.parametrize("kind", [PERCENT, BRACES, MARKUP], ids=["percent", "braces", "markup"])
def test_a_translation_keeps_what_is_filled_in(ukrainian, kind):
    wrong = [
        form
        for message in _messages(ukrainian)
        for form in _forms(message.string)
        if _found(kind, form) != _found(kind, _forms(message.id)[-1])
    ]
    assert not wrong


def test_no_percent_sign_stands_alone(ukrainian):
    """Pages format every translation: a lone one would break them."""
    assert not [form for form in _translations(ukrainian) if "%" in PERCENT.sub("", form)]


def test_quotation_marks_and_apostrophes_are_ukrainian(ukrainian):
    assert not [form for form in _translations(ukrainian) if re.search("[\"'“”]", form)]


def test_no_word_mixes_two_alphabets(ukrainian):
    assert not [form for form in _translations(ukrainian) if MIXED_WORD.search(PERCENT.sub(" ", form))]


def test_no_space_is_doubled_or_dangles(ukrainian):
    assert not [form for form in _translations(ukrainian) if re.search(r"^\s|\s\s|\s$", form)]


def test_the_compiled_catalogue_is_the_written_one(ukrainian):
    compiled = io.BytesIO()
    write_mo(compiled, ukrainian)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run make translations"


def test_a_page_speaks_ukrainian(app):
    with app.test_request_context(headers={"Accept-Language": "uk"}):
        page = render_template("open_in_bitrix24.html")
    assert '<html lang="uk">' in page
    assert "Ця адреса належить застосунку Paraph у Бітрікс24" in page


@pytest.mark.parametrize(("count", "words"), [(1, "1 сторінка"), (3, "3 сторінки"), (12, "12 сторінок")])
def test_counts_take_their_form(app, count, words):
    with app.test_request_context(headers={"Accept-Language": "uk"}):
        assert ngettext("%(num)s page", "%(num)s pages", count) == words


@pytest.fixture
def app() -> Flask:
    app = Flask("b24app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    i18n.register(app)
    return app


def _extract_arguments(pot: Path) -> list[str]:
    recipe = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    words = shlex.split(next(line for line in recipe.splitlines() if "pybabel" in line and " extract " in line))
    words[words.index("-o") + 1] = str(pot)
    return ["-q", *words[words.index("extract") :]]


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def _is_whole(message: Message | None) -> bool:
    return message is not None and all(_forms(message.string))


def _translations(catalogue: Catalog) -> Iterator[str]:
    for message in _messages(catalogue):
        yield from _forms(message.string)


def _found(kind: re.Pattern[str], text: str) -> set[str]:
    return set(kind.findall(text)) - SHOWN_AS_EXAMPLE


def _raised_sentences() -> Iterator[str]:
    """Find the sentences errors are made with; those of the command line are English."""
    names = {each.__name__ for each in _family(errors.AppError)} - {"ConfigError", "ArchiveRefused"}
    for path in [*ROOT.glob("b24app/**/*.py"), *ROOT.glob("placement_handlers/*.py")]:
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _family(parent: type[Exception]) -> Iterator[type[Exception]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _family(child)
