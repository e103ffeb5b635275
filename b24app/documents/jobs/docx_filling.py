"""Fill one part of a Word document in: docxtpl on its XML. Packages are read and written by docx_package."""

from __future__ import annotations

from typing import Any

from docxtpl import DocxTemplate
from lxml import etree

from b24app.documents.jobs.docx_language import DocxLanguage, Values
from b24app.documents.jobs.docx_text import TAG

_HIDDEN_OPEN, _HIDDEN_CLOSE = "\ue010", "\ue011"
"""What text tags are bracketed with while Jinja2 is at work."""


def fill_part(root: Any, tree: Values, language: DocxLanguage) -> bytes:
    """Fill the values into one part. Raises: what Jinja2 does, and ValueError when what came out is no XML."""
    template = DocxTemplate("")
    template.docx_ids_index, template.current_rendering_part = 1000, None  # as its render_init does, which opens a file
    source = _without_tags(template.patch_xml(template.xml_to_string(root)))
    written = _with_tags(template.render_xml_part(source, None, tree, language))
    filled = template.fix_tables(written) if "<w:tbl>" in written else etree.fromstring(written, _parser())
    if filled is None:
        raise ValueError("no XML")
    template.fix_docpr_ids(filled)
    return bytes(etree.tostring(filled, xml_declaration=True, encoding="UTF-8", standalone=True))


def _parser() -> etree.XMLParser:
    """As forgiving as the one of docxtpl, whose repair of tables fails where a part has none."""
    return etree.XMLParser(recover=True, resolve_entities=False, no_network=True)


def _without_tags(xml: str) -> str:
    """Let text tags pass through Jinja2 as text, now that docxtpl has joined what Word cut apart."""
    return TAG.sub(lambda match: _HIDDEN_OPEN + match[0][2:-2] + _HIDDEN_CLOSE, xml)


def _with_tags(xml: str) -> str:
    return xml.replace(_HIDDEN_OPEN, "{{").replace(_HIDDEN_CLOSE, "}}")
