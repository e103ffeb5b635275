"""Merging and marking whole PDF files (pikepdf)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from b24app.sandbox.esign.paper import typeset
from b24app.sandbox.esign.paper.marks import Mark, Size, Unreadable

LETTER = Size(612, 792)


def sizes(content: bytes) -> list[Size]:
    """The shown size of each page. Raises: Unreadable."""
    with _opened(content) as pdf:
        return [_size(page) for page in pdf.pages]


def merged(documents: Sequence[bytes]) -> bytes:
    """One file of all pages. Raises: Unreadable."""
    import pikepdf

    with pikepdf.Pdf.new() as whole:
        for content in documents:
            with _opened(content) as pdf:
                whole.pages.extend(pdf.pages)
        return _saved(whole)


def marked(content: bytes, marks: Sequence[Mark]) -> bytes:
    """The file with marks laid over its pages."""
    if not marks:
        return content
    import pikepdf

    layer = typeset.overlay(sizes(content), marks)
    touched = {mark.page for mark in marks}
    with _opened(content) as pdf, pikepdf.Pdf.open(io.BytesIO(layer)) as over:
        for index in sorted(touched):
            pdf.pages[index].add_overlay(over.pages[index])
        return _saved(pdf)


def _opened(content: bytes) -> Any:
    import pikepdf

    try:
        return pikepdf.Pdf.open(io.BytesIO(content))
    except pikepdf.PdfError as error:  # a password is one of these
        raise Unreadable(str(error)) from error


def _size(page: Any) -> Size:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    width, height = abs(right - left), abs(top - bottom)
    return Size(height, width) if turned else Size(width, height)


def _saved(pdf: Any) -> bytes:
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()
