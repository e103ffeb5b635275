"""Branches, loops and filters: what a template decides by the values of a card. No typesetting here."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.documents.jobs.template_tree import Tree, grow, plain
from b24app.documents.templates.values import Printed
from b24app.errors import DocumentRefused

VALUES: dict[str, Any] = {
    "lead.title": "Shop",
    "lead.UF_YES": Printed("Yes", "boolean", "1"),
    "lead.UF_NO": Printed("No", "boolean", ""),
    "lead.UF_LEVEL": "Gold",
    "lead.opportunity": Printed("€2,300.50", "money", "2300.50", "EUR"),
    "lead.nought": Printed("€0.00", "money", "0.00", "EUR"),
    "today": Printed("5 March 2026", "date", "2026-03-05"),
    "lead.start": Printed("5 March 2026, 10:30", "datetime", "2026-03-05T10:30:00+02:00"),
    "products": {
        "rows": [
            {"name": "Design", "sum": Printed("€1.00", "money", "1", "EUR"), "tax": ""},
            {"name": "*Code* | {{ today }}", "sum": Printed("€2.00", "money", "2", "EUR"), "tax": "20 %"},
        ]
    },
    "contacts": [{"full_name": "Ann"}, {"full_name": "Bob"}],
    "lead.UF_TAGS.all": ["a", "b"],
}


def text(markdown: str, ticks: dict[str, bool] | None = None, locale: str = "en") -> str:
    tree = grow(markdown, VALUES, ticks or {}, locale)
    assert tree.problems == []
    return words(tree)


def words(tree: Tree) -> str:
    return " ".join(" ".join(_words(block)) for block in tree.blocks)


def _words(block: dict[str, Any]) -> list[str]:
    if block["t"] == "table":
        return [plain(cell) for row in [block["head"], *block["rows"]] for cell in row]
    if "items" in block:
        inner = [item["c"] if isinstance(item, dict) else item for item in block["items"]]
        return [word for blocks in inner for each in blocks for word in _words(each)]
    return [plain(block.get("c", []))]


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("lead.title", True),
        ("not lead.title", False),
        ("lead.missing", False),
        ("lead.UF_YES", True),
        ("lead.UF_NO", False),
        ("lead.nought", False),
        ("products", True),
        ("contacts", True),
        ('lead.UF_LEVEL == "gold"', True),
        ("lead.UF_LEVEL == “Silver”", False),
        ('lead.UF_LEVEL != "Silver"', True),
        ('not lead.UF_LEVEL == "Gold"', False),
        ('lead.missing == ""', True),
    ],
)
def test_a_condition(condition: str, is_true: bool):
    assert text(f"A {{{{#if {condition}}}}}yes{{{{else}}}}no{{{{/if}}}}.") == ("A yes." if is_true else "A no.")


def test_the_first_branch_that_holds_is_taken():
    markdown = '{{#if lead.UF_NO}}\none\n{{else if lead.UF_LEVEL == "Gold"}}\ntwo\n{{else}}\nthree\n{{/if}}'
    assert text(markdown) == "two"


def test_a_condition_follows_what_the_employee_ticked():
    markdown = "{{#if lead.UF_NO}}shown{{else}}hidden{{/if}}"
    assert text(markdown, {"lead.UF_NO": True}) == "shown"
    assert text("{{#if lead.UF_YES}}shown{{else}}hidden{{/if}}", {"lead.UF_YES": False}) == "hidden"


def test_a_loop_repeats_a_row_of_a_table():
    markdown = "| N | A |\n|---|---|\n{{#each products}}\n| {{ item.number }} | {{ item.name }} |\n{{/each}}\n"
    assert text(markdown) == "N A 1 Design 2 *Code* | {{ today }}"


def test_loops_and_conditions_stand_in_one_another():
    markdown = (
        "{{#each contacts as person}}\n- {{ person.full_name }}\n"
        "{{#each products}}\n  - {{ person.full_name }}/{{ item.number }}{{#if item.tax}} taxed{{/if}}\n{{/each}}\n"
        "{{/each}}"
    )
    assert text(markdown) == "Ann Ann/1 Ann/2 taxed Bob Bob/1 Bob/2 taxed"


def test_a_loop_over_plain_texts_and_over_nothing():
    assert text("{{#each lead.UF_TAGS.all}}[{{ item }}]{{/each}}") == "[a][b]"
    assert text("{{#each lead.none}}x{{else}}nothing{{/each}}") == "nothing"
    tree = grow("A\n\n{{#each lead.none}}\nx\n{{/each}}", VALUES, {})
    assert [(empty.path, empty.line, empty.required) for empty in tree.empties] == [("lead.none", 3, True)]


def test_a_value_never_becomes_markup_or_a_tag():
    hostile = {"x": "{{#each products}}\n# *Title*\n{{/each}} | a |", "lead.title": "t"}
    tree = grow("A {{ x }} b\n\n| h |\n|---|\n| {{ x }} |", hostile, {})
    assert [block["t"] for block in tree.blocks] == ["p", "table"]
    assert "{{#each products}}\n# *Title*" in words(tree)


@pytest.mark.parametrize(
    ("placeholder", "written"),
    [
        ("today | date “d MMM yyyy”", "5 Mar 2026"),
        ("today | date", "March 5, 2026"),
        ('lead.start | date "HH:mm"', "10:30"),
        ("lead.opportunity | words", "two thousand three hundred euros 50 cents"),
        ("lead.opportunity | number", "2,300.5"),
        ('lead.opportunity | money "USD"', "$2,300.50"),
        ("lead.title | upper", "SHOP"),
        ("lead.title | date", "Shop"),
        ('lead.missing | upper | "none"', "none"),
    ],
)
def test_a_filter_writes_a_value_otherwise(placeholder: str, written: str):
    assert text(f"{{{{ {placeholder} }}}}") == written


def test_words_and_dates_are_in_the_documents_language():
    assert text("{{ lead.opportunity | words }}", locale="uk") == "дві тисячі триста євро 50 центів"
    assert text('{{ today | date "d MMMM" }}', locale="uk") == "5 березня"


@pytest.mark.parametrize(
    ("markdown", "line", "said"),
    [
        ("a\n\n{{#if lead.title}}\nb", 3, "“{{#if lead.title}}” is never closed. Add {{/if}}"),
        ("{{#each products}}{{#if lead.title}}x{{/if}}", 1, "Add {{/each}}"),
        ("a\n{{/if}}", 2, "nothing to close"),
        ("{{#if lead.title}}a{{/each}}{{/if}}", 1, "“{{/each}}” has nothing to close"),
        ("{{else}}", 1, "outside of a condition"),
        ("{{#if lead.title}}a{{else}}b{{else}}c{{/if}}", 1, "outside of a condition"),
        ("{{#if 1 > 2}}a{{/if}}", 1, "not a condition"),
        ("{{#each}}", 1, "not a loop"),
        ("x\n{{ lead.title | wors }}", 2, "no filter “wors”"),
        ("{{#if lead.title}}" * 21 + "x" + "{{/if}}" * 20, 1, "nested too deeply"),
    ],
)
def test_a_mistake_is_told_with_its_line(markdown: str, line: int, said: str):
    problems = grow(markdown, VALUES, {}).problems
    assert [problem.line for problem in problems] == [line]
    assert said in str(problems[0])


def test_a_mistake_in_a_branch_not_taken_is_told_too():
    problems = grow("{{#if lead.missing}}\n{{ 7*7 }}\n{{/if}}", VALUES, {}).problems
    assert [problem.line for problem in problems] == [2]


def test_lines_are_counted_in_the_template_not_in_what_it_became():
    markdown = "{{#each products}}\n- x\n{{/each}}\n\n![p](q)\n\n{{ lead.gone }}"
    tree = grow(markdown, VALUES, {})
    assert [problem.line for problem in tree.problems] == [5]
    assert [(empty.path, empty.line) for empty in tree.empties] == [("lead.gone", 7)]


def test_an_empty_value_of_a_loop_is_named_by_its_list():
    tree = grow("{{#each products}}\n- {{ item.tax }}\n{{/each}}", VALUES, {})
    assert [(empty.path, empty.line) for empty in tree.empties] == [("products.tax", 2)]


def test_loops_without_end_are_refused():
    many = {"products": {"rows": [{"name": "x"}] * 100}}
    markdown = "{{#each products}}" * 3 + "x" + "{{/each}}" * 3
    with pytest.raises(DocumentRefused) as caught:
        grow(markdown, many, {})
    assert caught.value.reason == "too_complex"


def test_an_outline_sees_every_branch_once():
    tree = grow("{{#if a.b}}{{ c.d }}{{else}}{{ e.f }}{{/if}}{{#each products}}{{ item.name }}{{/each}}", None, {})
    assert {path for path, _ in tree.mentions} == {"a.b", "c.d", "e.f", "products"}


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("مرحبا Acme", "ar"),
        ("שלום עולם", "he"),
        ("Acme مرحبا", None),
        ("本协议由双方签订", "zh"),
        ("契約は東京で締結", "ja"),
        ("สัญญานี้ทำขึ้น", "th"),
        ("Contract 本", None),
    ],
)
def test_a_paragraph_is_set_in_its_own_language(written: str, language: str | None):
    assert grow("{{ x }}", {"x": written}, {}).blocks[0].get("lang") == language


def test_a_tick_in_a_line_shows_a_property_and_can_be_changed():
    markdown = "{{ lead.UF_YES | tick }} {{ lead.UF_NO | tick }} {{ lead.unset | tick }} {{ lead.title | tick }}"
    tree = grow(markdown, VALUES, {"lead.UF_YES": True, "lead.UF_NO": True, "lead.unset": False})
    assert (words(tree), tree.problems, tree.empties) == ("☑ ☑ ☐ ☑", [], [])
    boxes = [(box.path, box.checked) for box in tree.checkboxes]
    assert boxes == [("lead.UF_YES", True), ("lead.UF_NO", True), ("lead.unset", False)]


def test_a_tick_in_a_loop_shows_its_item():
    assert text("{{#each products}}{{ item.tax | tick | upper }}{{ item.name | tick }}{{/each}}") == "☑☑☑"
