"""Templates written in Word: values, conditions and loops by docxtpl, pages by LibreOffice, places by text tags.

    {{ lead.title }}                          a value; one that the card lacks prints a line to fill in and is reported
    {{ contact.post | default("director") }}  with a default
    {% if company.title %} ... {% endif %}    a condition; {%p if ... %} takes its whole paragraph
    {%tr for row in products.rows %} ... {%tr endfor %}   a table row for each product: row.name, row.quantity, ...
    {{s:signer1:w=160:h=40}}                  a place for signer 1 to sign (see documents.tags)

A tenant's template is data: it can call nothing, reach no file, no network and no other portal (decision 0014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b24app.documents import guard
from b24app.documents.limits import DEFAULT_LIMITS, Limits
from b24app.documents.preview import page_sizes
from b24app.documents.sources import append_signature_page, inspect_upload
from b24app.documents.tags import take_out_tags
from b24app.documents.templates.model import (
    EmptyPlaceholder,
    PartyBlock,
    RenderedTemplate,
    TemplateOutline,
    TemplateProblem,
    TemplateValues,
)
from b24app.domain.fields import Field, FieldType
from b24app.errors import N_

_JOBS = "b24app.documents.jobs.docx_templates"
_FILL = DEFAULT_LIMITS

NO_SUCH_SIGNER = N_("A field is meant for signer %(signer)s, but there is no such signer in the list.")


@dataclass(frozen=True)
class DocxOutline(TemplateOutline):
    """What a Word template asks for. `docx`: the file rebuilt without what was removed; this is the one to keep."""

    docx: bytes = b""
    removed: tuple[str, ...] = ()


def inspect_docx(data: bytes) -> DocxOutline:
    """Judge a Word file as a template, and say what it asks for; a problem's `line` is its paragraph.

    Raises: DocumentRefused with reason macros, objects, altchunk, entities, fetches, bomb, encrypted, malformed or
    not_docx.
    """
    output = guard.run(f"{_JOBS}:outline", {}, {"docx": data}, limits=_FILL)
    found = output.data
    return DocxOutline(
        title="",
        paths=tuple(found["paths"]),
        checkboxes=(),
        signers=tuple(found["signers"]),
        has_signatures=found["has_signatures"],
        problems=tuple(TemplateProblem(**problem) for problem in found["problems"]),
        docx=output.blobs["docx"],
        removed=tuple(found["removed"]),
    )


def fill_docx(
    data: bytes, values: TemplateValues, *, limits: Limits = _FILL
) -> tuple[bytes, tuple[EmptyPlaceholder, ...]]:
    """Fill the values in. Raises: DocumentRefused with reason "template", naming paragraph and placeholder."""
    output = guard.run(f"{_JOBS}:fill", {"values": dict(values)}, {"docx": data}, limits=limits)
    empties = tuple(EmptyPlaceholder(each["path"], each["paragraph"], required=True) for each in output.data["empties"])
    return output.blobs["docx"], empties


def render_docx(
    data: bytes, values: TemplateValues, *, locale: str, parties: Sequence[PartyBlock], title: str = ""
) -> RenderedTemplate:
    """Fill a Word template and make its pages; without a place to sign in it, a page of signatures is added.

    Raises: DocumentRefused as `fill_docx` and `office.to_pdf` do.
    """
    filled, empties = fill_docx(data, values)
    pdf, fields = take_out_tags(inspect_upload(filled, title or "template.docx").pdf)
    if not any(field.type is FieldType.SIGNATURE for field in fields):
        pdf, added = append_signature_page(pdf, parties, title=title, locale=locale)
        fields += added
    return RenderedTemplate(
        pdf=pdf,
        pages=page_sizes(pdf),
        fields=fields,
        checkboxes=(),
        empties=empties,
        problems=tuple(_places_for_nobody(fields, parties)),
        title=title,
    )


def _places_for_nobody(fields: Sequence[Field], parties: Sequence[PartyBlock]) -> Iterator[TemplateProblem]:
    known = {party.signer for party in parties}
    for signer in dict.fromkeys(field.signer for field in fields if field.signer not in known):
        yield TemplateProblem(0, NO_SUCH_SIGNER, {"signer": signer})
