"""Templates: what stands in the finished PDF, where its fields are, and what is reported."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.documents.preview import page_texts
from b24app.documents.templates import (
    EmptyPlaceholder,
    PartyBlock,
    RenderedTemplate,
    TemplateCheckbox,
    example,
    inspect_template,
    render_template,
)
from b24app.domain.fields import FieldType
from b24app.errors import DocumentRefused


def render(markdown: str, values: Mapping[str, str] | None = None, count: int = 2, **how: object) -> RenderedTemplate:
    how = {"locale": "en", "ticks": {}, "parties": samples.parties(count), **how}
    return render_template(markdown, values or {}, **how)  # type: ignore[arg-type]


def text_of(rendered: RenderedTemplate) -> str:
    return "\n".join(page_texts(rendered.pdf))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("count", [2, 7])
def test_the_example_renders_with_all_fields_inside_its_pages(locale: str, count: int) -> None:
    rendered = render(example(locale=locale), samples.VALUES, count, locale=locale)
    assert 3 <= len(rendered.pages) <= 5
    assert rendered.problems == ()
    assert [empty for empty in rendered.empties if empty.required] == []
    assert len({field.id for field in rendered.fields}) == 4 * count
    for field in rendered.fields:
        page = rendered.pages[field.page - 1]
        assert 40 < field.x_pt < field.x_pt + field.w_pt < page.w_pt - 40
        assert 40 < field.y_pt < field.y_pt + field.h_pt < page.h_pt - 40


def test_a_signature_block_stays_on_one_page() -> None:
    rendered = render("{{ signatures }}", count=7)
    assert len(rendered.pages) > 1
    for signer in {field.signer for field in rendered.fields}:
        assert len({field.page for field in rendered.fields if field.signer == signer}) == 1


def test_places_do_not_overlap() -> None:
    fields = render(example(), samples.VALUES, 7).fields
    for index, one in enumerate(fields):
        for other in fields[index + 1 :]:
            apart = (
                one.page != other.page
                or one.x_pt + one.w_pt <= other.x_pt
                or other.x_pt + other.w_pt <= one.x_pt
                or one.y_pt + one.h_pt <= other.y_pt
                or other.y_pt + other.h_pt <= one.y_pt
            )
            assert apart, (one, other)


def test_values_stand_in_the_document_in_their_own_script() -> None:
    text = squeezed(text_of(render(example(), samples.VALUES)))
    for value in ("ТОВ «Кавова гільдія»", "Torstraße 140", "DE44 1005 0000 0190 2233 44", "Розробка", "€11,781.00"):
        assert squeezed(value) in text


@pytest.mark.parametrize(
    "value",
    [
        '#read("/etc/passwd")',
        "*bold* _em_ `code` [a](b)",
        "{{7*7}} {{ lead.title }}",
        "<script>alert(1)</script>",
        "= Heading",
        "$x^2$ @ref #let a = 1 \\u{41} // no",
        "| a | b |",
        "- [ ] no list",
        "&lt; &amp;",
        "Ελληνικά Українська žluťoučký",
    ],
)
def test_a_value_prints_literally(value: str) -> None:
    text = text_of(render("Before {{ x }} after.\n\n| a |\n|---|\n| {{ x }} |", {"x": value}))
    assert squeezed(text).count(squeezed(value)) == 2


@given(value=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_value_breaks_the_typesetting(value: str) -> None:
    rendered = render("# {{ x }}\n\n1.1. A {{ x }} b\n\n- [ ] {{ y }} {{ x }}", {"x": value})
    assert len(rendered.pages) == 1


@given(markdown=st.text(alphabet='ab{}|.?" *_-[]()#>`\n1\\\ue000\ue0010', max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_template_breaks_the_typesetting(markdown: str) -> None:
    assert render(markdown, {"a": "A"}).pages
    assert inspect_template(markdown).problems is not None


def test_hidden_direction_marks_in_values_are_dropped() -> None:
    text = text_of(render("Pay {{ x }} now", {"x": "\u202e001$\u202c\x00\x1b"}))
    assert "001$" in text
    assert not set("\u202e\u202c\x00\x1b") & set(text)


def test_a_word_of_five_thousand_letters_stays_on_the_page() -> None:
    products = {"rows": [dict.fromkeys(["name", "quantity", "price", "sum"], "Ж" * 5000)], "totals": []}
    markdown = (
        "## {{ x }}\n\n1.1. {{ x }}\n\n- [ ] {{ y }} {{ x }}\n\n| a | b |\n|---|---|\n| {{ x }} | z |\n\n{{ products }}"
    )
    rendered = render(markdown, {"x": "Ж" * 5000, "products": products})  # type: ignore[dict-item]
    assert text_of(rendered).count("Ж") == 8 * 5000


def test_an_empty_value_is_reported_with_its_line_and_leaves_a_blank() -> None:
    rendered = render('A\n\n{{ lead.title }} and {{ company.bank.bic? }} and {{ contact.post | "director" }}')
    assert rendered.empties == (
        EmptyPlaceholder("lead.title", 3, required=True),
        EmptyPlaceholder("company.bank.bic", 3, required=False),
    )
    assert "director" in text_of(rendered)


def test_an_address_keeps_its_lines_in_a_table_and_runs_on_in_a_sentence() -> None:
    address = {"company.address": "Torstraße 140,\n10119 Berlin"}
    text = text_of(render("At {{ company.address }}.\n\n| a |\n|---|\n| **{{ company.address }}** |", address))
    assert "At Torstraße 140, 10119 Berlin." in text
    assert "Torstraße 140,\n10119 Berlin" in text.partition("Berlin.")[2]


def test_the_default_and_pipes_survive_inside_tables() -> None:
    text = text_of(
        render('| a | b |\n|---|---|\n| {{ x | "one | two" }} | {{ lead.UF_CRM_X_Y }} |', {"lead.UF_CRM_X_Y": "V"})
    )
    assert "one | two" in text
    assert "V" in text


def test_tick_boxes_show_the_card() -> None:
    markdown = "- [ ] {{ lead.UF_CRM_A }} Training of **staff**\n- [x] Always\n- [x] {{ lead.UF_CRM_B }} Data"
    rendered = render(markdown, ticks={"lead.UF_CRM_A": True, "lead.UF_CRM_B": False})
    assert rendered.checkboxes == (
        TemplateCheckbox("lead.UF_CRM_A", "Training of staff", checked=True),
        TemplateCheckbox("", "Always", checked=True),
        TemplateCheckbox("lead.UF_CRM_B", "Data", checked=False),
    )
    assert rendered.empties == ()
    assert (text_of(rendered).count("✔"), text_of(rendered).count("☐")) == (2, 1)


def test_places_in_the_line_become_fields_of_their_signer() -> None:
    kinds = ["signature", "initials", "date", "name", "company", "email"]
    line = " ".join(f"{{{{ {kind} 1 }}}}" for kind in kinds)
    rendered = render(line + ' {{ text approver "Your *order* number" }} {{ checkbox 1 "I agree" }}')
    assert [field.type for field in rendered.fields] == [*map(FieldType, kinds), FieldType.TEXT, FieldType.CHECKBOX]
    text, checkbox = rendered.fields[-2:]
    assert (text.signer, text.label, text.required) == ("approver", "Your *order* number", True)
    assert (checkbox.label, checkbox.required) == ("I agree", False)
    assert "I agree" in text_of(rendered)
    assert "order" not in text_of(rendered)


def test_a_place_for_nobody_is_reported_and_is_no_field() -> None:
    rendered = render("One\n\n{{ signature 3 }}", count=2)
    assert rendered.fields == ()
    assert [(p.line, str(p)) for p in rendered.problems] == [
        (3, "A field is meant for signer 3, but there is no such signer in the list.")
    ]


def test_the_price_table_has_rows_and_totals() -> None:
    text = text_of(render("{{ products }}", samples.VALUES))  # type: ignore[arg-type]
    assert "60 h" in text
    assert text.index("Design") < text.index("€5,700.00") < text.index("Total")


def test_an_empty_price_table_is_reported_and_keeps_its_columns() -> None:
    rendered = render("{{ products }}")
    assert EmptyPlaceholder("products", 1, required=True) in rendered.empties
    assert "Description" in text_of(rendered)  # in one line, not broken into syllables


def test_a_page_break_breaks_the_page() -> None:
    assert len(render("One\n\n{{ page_break }}\n\nTwo").pages) == 2


def test_the_same_template_and_values_give_the_same_bytes() -> None:
    assert render(example(), samples.VALUES).pdf == render(example(), samples.VALUES).pdf


def test_an_outline_tells_what_a_template_asks_for() -> None:
    outline = inspect_template(example())
    assert outline.title == "Services Agreement No. —"
    assert {"lead.title", "company.requisites.vat_id", "my_company.bank.iban", "products"} <= set(outline.paths)
    assert [box.path for box in outline.checkboxes] == [
        "lead.UF_CRM_NEED_TRAINING",
        "lead.UF_CRM_DATA_PROCESSING",
        "lead.UF_CRM_EXPRESS_START",
    ]
    assert outline.has_signatures
    assert outline.problems == ()


@pytest.mark.parametrize(
    ("markdown", "line", "words"),
    [
        ("ok\n\n{{ 7*7 }}", 3, "{{ 7*7 }}"),
        ("ok\n{{ lead.title", 2, "have no counterpart"),
        ("text {{ products }} text", 1, "on a line of its own"),
        ("a\n\n![logo](x.png)", 3, "Images"),
        ("[mail](mailto:{{ lead.email }})", 1, "address of a link"),
        ("{{ lead.title | unquoted }}", 1, "there is no filter"),
        ("{{ lead..title }}", 1, "not a placeholder"),
        ("{{ signature 0 }}", 1, "not a placeholder"),
    ],
)
def test_what_will_not_work_is_reported_with_its_line(markdown: str, line: int, words: str) -> None:
    problems = inspect_template(markdown).problems
    assert [problem.line for problem in problems] == [line]
    assert words in str(problems[0])


def test_html_prints_as_text_and_only_web_links_are_links() -> None:
    rendered = render("<b>x</b> [good](https://example.com) [bad](javascript:alert(1))")
    assert "<b>x</b>" in text_of(rendered)
    assert b"example.com" in rendered.pdf
    assert b"javascript" not in rendered.pdf


@pytest.mark.parametrize("markdown", ["> " * 500 + "deep", "* " * 300 + "deep", "[" * 3000, "`" * 3000, "**a " * 2000])
def test_pathological_markdown_is_survived(markdown: str) -> None:
    assert render(markdown).pages


def test_a_template_without_end_is_refused() -> None:
    with pytest.raises(DocumentRefused) as caught:
        render("a" * 300_000)
    assert caught.value.reason == "too_large"


def test_hostile_names_in_party_blocks_print_literally() -> None:
    rendered = render("{{ signatures }}", parties=[PartyBlock("1", '#read("x")', post="<script>")])
    assert '#read("x")' in text_of(rendered)
    assert "<script>" in text_of(rendered)
