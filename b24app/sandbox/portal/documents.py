"""Generated documents of the portal's own document generator, and its templates."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

from b24app.sandbox import moments


@dataclass
class Document:
    """One generated document. `pdf_file_id` None = the conversion is not ready."""

    id: int
    title: str
    number: str
    template_id: int
    owner: tuple[int, int]
    docx_file_id: int
    pdf_file_id: int | None
    created_by: int
    created: str = field(default_factory=moments.now_iso)
    transformation_error: bool = False
    disk_id: int = 5609
    ready_at: float = 0.0  # the conversion to PDF takes until then

    @property
    def pdf_id(self) -> int | None:
        """The PDF's file, once the conversion is done."""
        return self.pdf_file_id if time.time() >= self.ready_at else None


@dataclass
class Template:
    """A document template, for types like "1" (leads)."""

    id: int
    name: str
    entity_types: list[str]
    region: str = "de"
    active: bool = True


class Generator:
    """Documents and templates by id."""

    conversion_s = 3.0
    """How long a conversion takes here; on a real portal half a minute."""

    def __init__(self) -> None:
        self._ids = itertools.count(61)
        self._template_ids = itertools.count(39)
        self.documents: dict[int, Document] = {}
        self.templates: dict[int, Template] = {}

    def add_template(self, name: str, entity_types: list[str]) -> Template:
        template = Template(next(self._template_ids), name, entity_types)
        self.templates[template.id] = template
        return template

    def next_id(self) -> int:
        return next(self._ids)
