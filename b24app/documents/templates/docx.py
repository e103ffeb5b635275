"""Templates written in Word: values, conditions and loops by docxtpl, pages by LibreOffice, places by text tags.

    {{ lead.title }}                          a value; one that the card lacks prints a line to fill in and is reported
    {{ contact.post | default("director") }}  with a default
    {% if company.title %} ... {% endif %}    a condition; {%p if ... %} takes its whole paragraph
    {{ lead.UF_CRM_X | tick }}                a yes/no property as ☑ or ☐
    {%tr for row in products.rows %} ... {%tr endfor %}   a table row for each product: row.name, row.quantity, ...
    {{s:signer1:w=160:h=40}}                  a place for signer 1 to sign (see documents.tags)

A tenant's template is data: it can call nothing, reach no file, no network and no other portal (decision 0014).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    TemplateCheckbox,
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


@dataclass(frozen=True)
class Converted:
    """The pages of a filled Word template, before anybody is named on them: the same values give the same pages."""

    pdf: bytes
    fields: tuple[Field, ...]
    empties: tuple[EmptyPlaceholder, ...]
    checkboxes: tuple[TemplateCheckbox, ...]
    paths: tuple[str, ...]


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
    data: bytes, values: TemplateValues, *, ticks: Mapping[str, bool] | None = None, limits: Limits = _FILL
) -> tuple[bytes, tuple[EmptyPlaceholder, ...]]:
    """Fill the values in. Raises: DocumentRefused with reason "template", naming paragraph and placeholder."""
    output = _fill(data, values, ticks or {}, limits)
    return output.blobs["docx"], _empties(output)


def render_docx(
    data: bytes,
    values: TemplateValues,
    *,
    locale: str,
    parties: Sequence[PartyBlock],
    title: str = "",
    ticks: Mapping[str, bool] | None = None,
) -> RenderedTemplate:
    """Fill a Word template and make its pages. Raises: DocumentRefused as `convert_docx` does."""
    return lay_out(convert_docx(data, values, ticks or {}), locale=locale, parties=parties, title=title)


def convert_docx(data: bytes, values: TemplateValues, ticks: Mapping[str, bool]) -> Converted:
    """Fill a Word template, make its pages and read the places in them; this is what takes seconds.

    `ticks`: path -> ticked, for the yes/no properties. Raises: DocumentRefused as `fill_docx` and `office.to_pdf` do.
    """
    output = _fill(data, values, ticks, _FILL)
    pdf, fields = take_out_tags(inspect_upload(output.blobs["docx"], "template.docx").pdf)
    boxes = tuple(TemplateCheckbox(path, "", checked) for path, checked in output.data["ticked"].items())
    return Converted(pdf, fields, _empties(output), boxes, tuple(output.data["paths"]))


def lay_out(made: Converted, *, locale: str, parties: Sequence[PartyBlock], title: str = "") -> RenderedTemplate:
    """Finish the pages for those who sign; without a place to sign in them, a page of signatures is added."""
    pdf, fields = made.pdf, made.fields
    if not any(field.type is FieldType.SIGNATURE for field in fields):
        pdf, added = append_signature_page(pdf, parties, title=title, locale=locale)
        fields += added
    return RenderedTemplate(
        pdf=pdf,
        pages=page_sizes(pdf),
        fields=fields,
        checkboxes=made.checkboxes,
        empties=made.empties,
        problems=tuple(_places_for_nobody(fields, parties)),
        title=title,
        paths=made.paths,
    )


def _fill(data: bytes, values: TemplateValues, ticks: Mapping[str, bool], limits: Limits) -> guard.Output:
    args = {"values": dict(values), "ticks": dict(ticks)}
    return guard.run(f"{_JOBS}:fill", args, {"docx": data}, limits=limits)


def _empties(output: guard.Output) -> tuple[EmptyPlaceholder, ...]:
    return tuple(EmptyPlaceholder(each["path"], each["paragraph"], required=True) for each in output.data["empties"])


def _places_for_nobody(fields: Sequence[Field], parties: Sequence[PartyBlock]) -> Iterator[TemplateProblem]:
    known = {party.signer for party in parties}
    for signer in dict.fromkeys(field.signer for field in fields if field.signer not in known):
        yield TemplateProblem(0, NO_SUCH_SIGNER, {"signer": signer})
