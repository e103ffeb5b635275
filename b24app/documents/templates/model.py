"""What goes into a template and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from b24app.domain.fields import Field, PageSize


class ProductRow(TypedDict):
    """One line of the price table; everything already formatted for the reader."""

    name: str
    quantity: str
    price: str
    sum: str
    unit: NotRequired[str]
    tax: NotRequired[str]


class Total(TypedDict):
    """One line under the price table; the last one is the amount to pay and stands out."""

    label: str
    value: str


class Products(TypedDict):
    rows: list[ProductRow]
    totals: list[Total]


TemplateValues = Mapping[str, Any]
"""Flat path -> text already formatted for the reader: {"lead.title": "Website", "lead.opportunity": "€1,200.00",
"company.requisites.vat_id": "", ...}; text that filters can write otherwise is a `values.Printed`. An absent path is
the same as an empty one. For loops a path holds a list of such mappings or of texts; "products" holds a `Products`.
Newlines in a text become line breaks."""


@dataclass(frozen=True)
class PartyBlock:
    """Who signs, as the signature block introduces him. `signer` as in Field: "1", "2", ... or APPROVER."""

    signer: str
    heading: str = ""
    name: str = ""
    company: str = ""
    post: str = ""


@dataclass(frozen=True)
class TemplateCheckbox:
    """A tick box of a list or in a line; `path` is the yes/no property it shows ("" for a box bound to nothing).

    One in a line has no label of its own: call it as the property.
    """

    path: str
    label: str
    checked: bool


@dataclass(frozen=True)
class EmptyPlaceholder:
    """A placeholder without a value. `line` is 1-based in the template; `required` is False for `{{ path? }}`."""

    path: str
    line: int
    required: bool


@dataclass(frozen=True)
class TemplateProblem:
    """Something in a template that will not work. `message` is a gettext key for `params`; `line` is 1-based."""

    line: int
    message: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True)
class RenderedTemplate:
    """The finished document. `fields` stand where the typesetter put them; `problems` are for the template's author."""

    pdf: bytes
    pages: tuple[PageSize, ...]
    fields: tuple[Field, ...]
    checkboxes: tuple[TemplateCheckbox, ...]
    empties: tuple[EmptyPlaceholder, ...]
    problems: tuple[TemplateProblem, ...]
    title: str
    unprintable: tuple[str, ...] = ()  # letters that no font of ours has; they are left out
    mentions: tuple[
        tuple[str, int], ...
    ] = ()  # path and line of whatever it asks of the card, in branches not taken too
    paths: tuple[str, ...] = ()  # of the card, in order of appearance


@dataclass(frozen=True)
class TemplateOutline:
    """What a template asks for: CRM paths in order of appearance, tick boxes, signers with a place of their own.

    `has_signatures` says that `{{ signatures }}` or a signature place stands in it.
    """

    title: str
    paths: tuple[str, ...]
    checkboxes: tuple[TemplateCheckbox, ...]
    signers: tuple[str, ...]
    has_signatures: bool
    problems: tuple[TemplateProblem, ...]
