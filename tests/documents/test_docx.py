"""Word documents and templates: what is refused, what is filled in, what comes out as pages."""

from __future__ import annotations

import io
import socket
import time
import zipfile
from dataclasses import dataclass

import hostile_docx as word
import pytest

from b24app.documents import office, preview
from b24app.documents.guard import Limits
from b24app.documents.jobs import docx_package, docx_templates, docx_text
from b24app.documents.sources import PartyBlock, inspect_upload
from b24app.documents.templates.docx import fill_docx, inspect_docx, render_docx
from b24app.documents.templates.model import RenderedTemplate
from b24app.domain.fields import FieldType
from b24app.errors import DocumentRefused

VALUES = {"lead.title": "Website", "company.title": "A < B & C", "contact.full_name": "Оксана {{s:signer2}}"}

needs_office = pytest.mark.skipif(not office.is_available(), reason="LibreOffice is not installed")


def text_of(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.read("word/document.xml").decode()


def texts_of(docx: bytes) -> list[str]:
    """The paragraphs, the body's first."""
    roots = docx_text.printed(docx_package.unpacked(docx)).values()
    return [paragraph.text for paragraph in docx_text.paragraphs(roots)]


@pytest.mark.parametrize("kind", word.REFUSED)
def test_a_word_file_that_means_harm_is_refused_with_its_reason(kind: str) -> None:
    make, reason = word.REFUSED[kind]
    data, started = make(), time.monotonic()
    with pytest.raises(DocumentRefused) as caught:
        docx_package.cleaned(data)
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")
    assert time.monotonic() - started < 2


@needs_office
@pytest.mark.parametrize("kind", word.REFUSED)
def test_what_was_never_looked_at_as_a_template_is_refused_when_it_is_filled_in(kind: str) -> None:
    """As a file that came into the store by another way."""
    make, reason = word.REFUSED[kind]
    with pytest.raises(DocumentRefused) as caught:
        render_docx(make(), VALUES, locale="en", parties=())
    assert caught.value.reason == reason


@pytest.mark.parametrize("kind", [kind for kind, (_, reason) in word.REFUSED.items() if reason != "fetches"])
def test_values_are_not_put_into_a_file_that_means_harm(kind: str) -> None:
    """Fields that fetch are seen when it is rebuilt: before it is opened."""
    make, reason = word.REFUSED[kind]
    with pytest.raises(DocumentRefused) as caught:
        docx_templates.fill({"values": VALUES, "ticks": {}}, {"docx": make()})
    assert caught.value.reason == reason


def test_the_refusal_comes_through_the_guard_as_well() -> None:
    with pytest.raises(DocumentRefused, match="macros"):
        inspect_docx(word.with_macros())


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "frame", "subDocument", "oleLink"])
def test_what_lies_elsewhere_is_dropped_and_named(kind: str) -> None:
    clean, removed = docx_package.cleaned(word.docx(relations=word.external(kind, "http://203.0.113.5/x.png")))
    with zipfile.ZipFile(io.BytesIO(clean)) as package:
        assert b"203.0.113.5" not in b"".join(package.read(name) for name in package.namelist())
    assert removed == ["links to files elsewhere"]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "\\\\server\\share\\x.png", "//203.0.113.5/x.png", "javascript:x"]
)
def test_a_link_to_a_page_stays_and_one_to_a_file_does_not(target: str) -> None:
    both = word.external("hyperlink", "https://example.com/", "rId8") + word.external("hyperlink", target)
    clean, removed = docx_package.cleaned(word.docx(relations=both))
    with zipfile.ZipFile(io.BytesIO(clean)) as package:
        kept = package.read("word/_rels/document.xml.rels").decode()
    assert ("https://example.com/" in kept, target in kept, bool(removed)) == (True, False, True)


def test_addresses_in_drawings_are_taken_out() -> None:
    drawing = (
        '<w:p><w:r><v:imagedata src="http://203.0.113.5/a" o:href="http://203.0.113.5/b" r:link="rId9"/></w:r></w:p>'
    )
    clean, removed = docx_package.cleaned(word.docx(drawing))
    assert "203.0.113.5" not in text_of(clean)
    assert removed == ["links to files elsewhere"]


def test_an_outline_names_paths_signers_and_nothing_of_the_loop() -> None:
    data = word.template(
        "{{ lead.title | upper }} {{s:signer1:w=160}}",
        "{%p for row in products.rows %}",
        "{{ row.name }} {{ loop.index }}",
        "{%p endfor %}",
        "{% if company.title %}{{ company.title }}{% endif %}",
    )
    outline = inspect_docx(data)
    assert outline.paths == ("lead.title", "products.rows", "company.title")
    assert (outline.signers, outline.has_signatures, outline.problems) == (("1",), True, ())


@pytest.mark.parametrize(
    ("lines", "paragraph", "words"),
    [
        (("fine", "{{ lead.title "), 2, "does not end"),
        (("{% if lead.title %}", "x"), 1, "endif"),
        (("x", "{% endfor %}"), 2, "not opened"),
        (("{{ lead..title }}",), 1, "cannot be understood"),
        (("{% include 'x' %}",), 1, "not allowed"),
    ],
)
def test_a_mistake_is_named_with_its_paragraph(lines: tuple[str, ...], paragraph: int, words: str) -> None:
    problem = inspect_docx(word.template(*lines)).problems[0]
    assert problem.line == paragraph
    assert words in str(problem)
    with pytest.raises(DocumentRefused, match=f"[Pp]aragraph {paragraph}"):
        fill_docx(word.template(*lines), VALUES)


def test_values_are_text_and_what_is_missing_is_reported_with_its_paragraph() -> None:
    data = word.template("{{ lead.title }}: {{ company.title }}", "{{ company.bank.iban }}", "{{ contact.full_name }}")
    filled, empties = fill_docx(data, VALUES)
    assert "A &lt; B &amp; C" in text_of(filled)
    assert [(empty.path, empty.line) for empty in empties] == [("company.bank.iban", 2)]


def test_everything_that_is_printed_is_filled_in() -> None:
    """Headers, footers and notes beside the body, which some programs call document2.xml."""
    inside = word.paragraph("{{ company.title }}, {{ company.bank.iban }}")
    names = ["header1", "footer2", "footnotes", "endnotes", "document2"]
    filled, empties = fill_docx(word.docx(parts={f"word/{name}.xml": word.part(inside) for name in names}), VALUES)
    assert sorted(texts_of(filled)) == ["A < B & C, ____________"] * 5 + ["Hello"]
    assert [empty.path for empty in empties] == ["company.bank.iban"]


def test_the_title_that_pages_get_is_filled_in() -> None:
    title = b'<p:coreProperties xmlns:p="p" xmlns:dc="d"><dc:title>{{ lead.title }}</dc:title></p:coreProperties>'
    filled, _ = fill_docx(word.docx(parts={"docProps/core.xml": title}), VALUES)
    assert b"<dc:title>Website</dc:title>" in docx_package.unpacked(filled)["docProps/core.xml"]


def test_a_table_of_products_keeps_its_grid() -> None:
    cell = "<w:tc><w:tcPr/>{}</w:tc>".format
    rows = ["{%tr for row in products.rows %}", "{{ row.name }}", "{%tr endfor %}"]
    written = "".join(f"<w:tr>{cell(word.paragraph(row))}</w:tr>" for row in rows)
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='9000'/></w:tblGrid>{written}</w:tbl>"
    values = {"products": {"rows": [{"name": "Tea"}, {"name": "Coffee"}]}}
    filled, _ = fill_docx(word.docx(table), values)
    assert texts_of(filled) == ["Tea", "Coffee"]
    assert (text_of(filled).count("<w:tr>"), text_of(filled).count("w:gridCol")) == (2, 1)


@pytest.mark.parametrize("body", ["<w:tbl>{}</w:tbl>", "{{% if lead.title %}}</w:t></w:r></w:p>{{% endif %}}{}"])
def test_what_is_no_document_any_more_is_refused_or_filled_in(body: str) -> None:
    template = word.docx(body.format(word.paragraph("{{ lead.title }}")))
    assert outcome_of(template)


def test_asking_whether_something_is_there_does_not_report_it() -> None:
    _filled, empties = fill_docx(word.template("{% if company.bank.iban %}x{% endif %}{{ lead.x | default('y') }}"), {})
    assert empties == ()


def test_a_tick_shows_a_property_and_conditions_follow_it() -> None:
    boxes = "{{ lead.UF_A | tick }}{{ lead.UF_B | tick }}{{ lead.UF_C | tick }}"
    asked = "{% if lead.UF_A %}a{% endif %}{% if lead.UF_B %}b{% endif %}{% if lead.UF_C %}c{% endif %}"
    rest = "{{ lead.UF_A }}, {{ lead.title | tick }}"
    ticks = {"lead.UF_A": False, "lead.UF_B": True, "lead.UF_C": True}
    values = {"lead.UF_A": "No", "lead.UF_B": "No", "lead.title": "Website"}  # B was ticked in the composer, C is unset
    args = {"values": values, "ticks": ticks}
    output = docx_templates.fill(args, {"docx": word.template(boxes, asked, rest)})
    assert texts_of(output.blobs["docx"]) == ["☐☑☑", "bc", "No, ☑"]
    assert (output.data["ticked"], output.data["empties"]) == (ticks, [])
    assert output.data["paths"] == ["lead.title"]


@pytest.mark.parametrize("attempt", word.INJECTIONS)
def test_no_template_gets_out_of_its_box(attempt: str) -> None:
    started = time.monotonic()
    said = outcome_of(word.template("first", attempt))
    assert "paragraph 2" in said.lower() or "____" in said
    assert "class" not in said.replace(attempt, "")
    assert "root:" not in said
    assert time.monotonic() - started < 2


def outcome_of(template: bytes) -> str:
    """The paragraphs that came out, or the refusal's sentence."""
    try:
        filled = docx_templates.fill({"values": VALUES, "ticks": {}}, {"docx": template}).blobs["docx"]
    except DocumentRefused as refused:
        return str(refused)
    return " ".join(texts_of(filled))


def test_a_loop_without_end_is_stopped_by_the_guard() -> None:
    loops = "{% for a in l %}" * 12 + "x" * 100 + "{% endfor %}" * 12
    with pytest.raises(DocumentRefused) as caught:
        fill_docx(word.template(loops), {"l": list(range(40))}, limits=Limits(cpu_s=1, wall_s=2))
    assert caught.value.reason == "too_complex"


@dataclass
class Converted:
    """One conversion, for all tests that look at it."""

    made: RenderedTemplate
    text: str
    visitors: int


@pytest.fixture(scope="module")
def converted() -> Converted:
    """A template with a picture linked from a server that listens, a text tag in white, and values."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        picture = word.linked_picture("rId9")
        tag = word.paragraph("{{s:signer1:w=160:h=40}}", colour="FFFFFF")
        texts = "".join(
            map(word.paragraph, ("About {{ lead.title }}", "By {{ contact.full_name }}", "{{ lead.none }}"))
        )
        data = word.docx(texts + tag + picture, relations=word.external("image", address))
        made = render_docx(data, VALUES, locale="en", parties=[PartyBlock("1")], title="Contract")
        try:
            visitors = 1 if server.accept() else 0
        except BlockingIOError:
            visitors = 0
    return Converted(made, preview.page_texts(made.pdf)[0], visitors)


@needs_office
def test_a_word_template_becomes_pages_with_its_values(converted: Converted) -> None:
    assert "About Website" in converted.text
    assert "Оксана" in converted.text
    assert [empty.path for empty in converted.made.empties] == ["lead.none"]


@needs_office
def test_a_text_tag_becomes_a_field_and_leaves_the_page(converted: Converted) -> None:
    (field,) = converted.made.fields
    assert (field.type, field.signer, field.w_pt, field.h_pt, field.page) == (FieldType.SIGNATURE, "1", 160, 40, 1)
    assert "signer1" not in converted.text


@needs_office
def test_a_tag_in_a_value_is_only_text(converted: Converted) -> None:
    assert [field.signer for field in converted.made.fields] == ["1"]


@needs_office
def test_the_converter_asks_nobody_for_anything(converted: Converted) -> None:
    assert converted.visitors == 0


def test_without_libreoffice_a_word_file_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    office.program.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        with pytest.raises(DocumentRefused, match="LibreOffice is not installed"):
            inspect_upload(word.docx(), "contract.docx")
    finally:
        monkeypatch.undo()
        office.program.cache_clear()
