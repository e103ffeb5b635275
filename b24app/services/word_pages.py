"""Word templates made into pages. LibreOffice takes seconds, so what a file and its values came to is kept a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from b24app.clock import to_ms
from b24app.documents.templates import EmptyPlaceholder, TemplateCheckbox, TemplateValues
from b24app.documents.templates.docx import Converted, convert_docx
from b24app.domain.fields import Field
from b24app.services.context import Context
from b24app.store import derived
from b24app.store.database import writing

LIFE = timedelta(days=1)


def word_pages(ctx: Context, file_sha256: str, values: TemplateValues, ticks: Mapping[str, bool]) -> Converted:
    """Fill a stored Word template. Raises: DocumentRefused as `convert_docx` does."""
    name = _name(values, ticks)
    pdf, facts = (derived.find(file_sha256, kind) for kind in _kinds(name))
    if pdf and facts:
        return _read(ctx.blobs.get(pdf), json.loads(ctx.blobs.get(facts)))
    made = convert_docx(ctx.blobs.get(file_sha256), values, ticks)
    kept = ctx.blobs.put(made.pdf), ctx.blobs.put(json.dumps(_facts(made)).encode())
    with writing():
        for kind, sha256 in zip(_kinds(name), kept, strict=True):
            derived.keep(file_sha256, kind, sha256, expires_at=to_ms(ctx.now() + LIFE))
    return made


def _name(values: TemplateValues, ticks: Mapping[str, bool]) -> str:
    """Hash everything that the pages depend on; today's date is among the values."""
    plain = json.dumps([values, dict(ticks)], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _kinds(name: str) -> tuple[str, str]:
    return f"word:{name}", f"word-facts:{name}"


def _facts(made: Converted) -> dict[str, Any]:
    return {
        "fields": [field.to_dict() for field in made.fields],
        "empties": [asdict(empty) for empty in made.empties],
        "checkboxes": [asdict(box) for box in made.checkboxes],
        "paths": list(made.paths),
    }


def _read(pdf: bytes, facts: Mapping[str, Any]) -> Converted:
    return Converted(
        pdf,
        tuple(Field.from_dict(field) for field in facts["fields"]),
        tuple(EmptyPlaceholder(**empty) for empty in facts["empties"]),
        tuple(TemplateCheckbox(**box) for box in facts["checkboxes"]),
        tuple(facts["paths"]),
    )
