"""Templates in Markdown: placeholders, tick boxes, a price table and signature places become a PDF with fields.

The language is CommonMark with tables; HTML prints as text. Beside it:

    {{ lead.title }}                    a value; an empty one is reported and leaves a blank line to fill in
    {{ contact.post | "director" }}     with a default
    {{ company.bank.bic? }}             may be empty: prints nothing
    {{ lead.UF_CRM_X | date "d MMMM yyyy" }} {{ lead.opportunity | words }} {{ lead.title | upper }}
                                        written otherwise: date, money, number, upper, lower, words
    {{#if lead.UF_CRM_X}} ... {{else if company.title == "Acme"}} ... {{else}} ... {{/if}}
                                        shown when there is something (not x: when not); == and != compare with a text
    {{#each products}} {{ item.name }} {{/each}}
                                        repeated; item.number counts; "as row" gives the item another name
    {{ products }}                      alone in a paragraph: the price table
    - [ ] {{ lead.UF_CRM_X }} Text      a tick box that shows a yes/no property of the card
    {{ signatures }}                    alone in a paragraph: a signature block for every party
    {{ signature 1 }} {{ initials 1 }} {{ date 1 }} {{ name 1 }} {{ company 1 }} {{ email 1 }}
    {{ text 1 "What to ask" }}          a place in the line for signer 1 (2, 3, ..., approver)
    {{ checkbox 1 "I agree" }}          a box with its text, ticked by signer 1
    {{ page_break }}                    alone in a paragraph

A tag of a condition or a loop that stands alone on its line goes with the line, so it can stand around a table's row.
Paragraphs beginning with "1.1." are set as clauses with the number in the margin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from b24app.documents import guard
from b24app.documents.templates.model import (
    EmptyPlaceholder,
    PartyBlock,
    ProductRow,
    Products,
    RenderedTemplate,
    TemplateCheckbox,
    TemplateOutline,
    TemplateProblem,
    TemplateValues,
    Total,
)
from b24app.documents.templates.values import Printed, to_plain
from b24app.domain.fields import Field, PageSize
from b24app.errors import N_, DocumentRefused

__all__ = [
    "EXAMPLES",
    "MARKDOWN_LIMIT",
    "EmptyPlaceholder",
    "PartyBlock",
    "Printed",
    "ProductRow",
    "Products",
    "RenderedTemplate",
    "TemplateCheckbox",
    "TemplateOutline",
    "TemplateProblem",
    "TemplateValues",
    "Total",
    "example",
    "inspect_template",
    "render_template",
]

MARKDOWN_LIMIT = 200_000
"""Characters; a hundred pages and more."""

EXAMPLES = {
    "services_agreement": {"en": "Services agreement", "uk": "Договір про надання послуг"},
    "non_disclosure": {"en": "Non-disclosure agreement", "uk": "Договір про нерозголошення"},
    "acceptance": {"en": "Acceptance certificate", "uk": "Акт приймання-передачі послуг"},
}
"""What ships with us, in the languages it is written in: name -> language -> title."""

_JOBS = "b24app.documents.jobs.templates"
_EXAMPLES = Path(__file__).parent / "examples"


def render_template(
    markdown: str,
    values: TemplateValues,
    *,
    locale: str,
    parties: Sequence[PartyBlock],
    ticks: Mapping[str, bool],
    sample: bool = False,
) -> RenderedTemplate:
    """Fill a template and typeset it.

    `ticks`: path -> ticked, for the tick boxes; a path not in it keeps the mark written in the template. `sample`
    marks every page as one.
    Raises: DocumentRefused with reason "too_large" or "too_complex".
    """
    args = {
        "markdown": _within_limit(markdown),
        "values": to_plain(values),
        "locale": locale,
        "parties": [asdict(party) for party in parties],
        "ticks": dict(ticks),
        "sample": sample,
    }
    output = guard.run(f"{_JOBS}:render", args, reusable=True)
    data = output.data
    return RenderedTemplate(
        pdf=output.blobs["pdf"],
        pages=tuple(PageSize(**page) for page in data["pages"]),
        fields=tuple(Field.from_dict(field) for field in data["fields"]),
        checkboxes=_checkboxes(data),
        empties=tuple(EmptyPlaceholder(**empty) for empty in data["empties"]),
        problems=_problems(data),
        title=data["title"],
        unprintable=tuple(data["unprintable"]),
        mentions=tuple((path, line) for path, line in data["mentions"]),
        paths=tuple(data["paths"]),
    )


def inspect_template(markdown: str) -> TemplateOutline:
    """Say what a template asks for and what in it will not work, without typesetting it."""
    data = guard.run(f"{_JOBS}:outline", {"markdown": _within_limit(markdown)}, reusable=True).data
    return TemplateOutline(
        title=data["title"],
        paths=tuple(data["paths"]),
        checkboxes=_checkboxes(data),
        signers=tuple(data["signers"]),
        has_signatures=data["has_signatures"],
        problems=_problems(data),
    )


def example(name: str = "services_agreement", locale: str = "en") -> str:
    """Read a shipped example in the language of `locale`, or in English."""
    language = locale.partition("_")[0].partition("-")[0]
    path = _EXAMPLES / f"{name}.{language}.md"
    return (path if path.is_file() else _EXAMPLES / f"{name}.en.md").read_text(encoding="utf-8")


def _within_limit(markdown: str) -> str:
    if len(markdown) > MARKDOWN_LIMIT:
        raise DocumentRefused(
            N_("The template is longer than %(limit)s characters. Shorten it or split it in two."),
            reason="too_large",
            limit=MARKDOWN_LIMIT,
        )
    return markdown


def _checkboxes(data: Mapping[str, Any]) -> tuple[TemplateCheckbox, ...]:
    return tuple(TemplateCheckbox(**checkbox) for checkbox in data["checkboxes"])


def _problems(data: Mapping[str, Any]) -> tuple[TemplateProblem, ...]:
    return tuple(TemplateProblem(**problem) for problem in data["problems"])
