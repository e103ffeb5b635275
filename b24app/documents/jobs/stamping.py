"""Job behind `documents.stamp`: one Typst overlay with all values, laid over the pages."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from b24app.documents.coverage import without_fontless
from b24app.documents.job import Output
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import is_signed, malformed_if_broken, page_box
from b24app.documents.text import printable
from b24app.documents.typesetting import Typesetting, load_program
from b24app.errors import N_, DocumentRefused

SIGNED = N_("The document carries a digital signature, which any change would break.")
OUTSIDE = N_("A field lies outside the document: page %(page)s of %(pages)s. Place the fields again.")


def stamp(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: items (fields with "text" and "image"); blobs "pdf", "image-<sha256>". Data: shortened; blob "pdf"."""
    with malformed_if_broken(), pikepdf.open(io.BytesIO(blobs["pdf"])) as pdf:
        if is_signed(pdf):
            raise DocumentRefused(SIGNED, reason="signed")
        sheets = _sheets(pdf, args["items"])
        if not sheets:
            return Output({"shortened": []}, {"pdf": blobs["pdf"]})
        images = {name.removeprefix("image-"): png for name, png in blobs.items() if name != "pdf"}
        overlay = Typesetting(load_program("stamp.typ"), {"sheets": sheets}, images)
        lay_over(pdf, [sheet["page"] for sheet in sheets], overlay.pdf(tags=False))
        return Output({"shortened": overlay.query("shortened")}, {"pdf": saved(pdf)})


def _sheets(pdf: pikepdf.Pdf, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group items by page: one transparent sheet as large as the page displayed."""
    by_page: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        if not 1 <= item["page"] <= len(pdf.pages):
            raise DocumentRefused(OUTSIDE, reason="field_outside", page=item["page"], pages=len(pdf.pages))
        text, _letters = without_fontless({"text": printable(item["text"])})
        by_page.setdefault(item["page"], []).append({**item, **text})
    sizes = {number: page_box(pdf.pages[number - 1], number).size for number in by_page}
    return [
        {"page": number, "w_pt": sizes[number].w_pt, "h_pt": sizes[number].h_pt, "items": by_page[number]}
        for number in sorted(by_page)
    ]


def lay_over(pdf: pikepdf.Pdf, numbers: list[int], overlay: bytes) -> None:
    """Put one sheet each onto these pages (1-based), as they are displayed."""
    with pikepdf.open(io.BytesIO(overlay)) as sheets:
        for number, sheet in zip(numbers, sheets.pages, strict=True):
            page = pdf.pages[number - 1]
            x0, y0, x1, y1 = page_box(page, number).crop
            page.add_overlay(sheet, pikepdf.Rectangle(x0, y0, x1, y1))
