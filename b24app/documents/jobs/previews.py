"""Jobs behind `documents.preview`: draw pages, measure them, read their text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pypdfium2
from PIL import Image

from b24app.documents.job import Output
from b24app.documents.jobs.page_pictures import encoded
from b24app.documents.jobs.pdf_pages import malformed_if_broken

PIXEL_LIMIT = 4_000_000
SIDE_LIMIT = 16_000
"""Pixels, which every browser still draws."""

TEXT_LIMIT = 200_000
HYPHEN_AT_END = "\x02"  # what pdfium makes of a hyphen at the end of a line, and of the line\'s end


def images(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: pages (None for all), width_px; blob "pdf". Data: images; a blob per page number."""
    drawn, pictures = [], {}
    with _opened(blobs["pdf"]) as document:
        wanted = range(1, len(document) + 1) if args["pages"] is None else dict.fromkeys(args["pages"])
        for number in wanted:
            if not 1 <= number <= len(document):
                continue
            picture = _draw(document, number, args["width_px"])
            pictures[str(number)], mime = encoded(picture)
            drawn.append({"page": number, "mime": mime, "w_px": picture.width, "h_px": picture.height})
    return Output({"images": drawn}, pictures)


def sizes(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "pdf". Data: sizes."""
    with _opened(blobs["pdf"]) as document:
        measured = [document.get_page_size(index) for index in range(len(document))]
    return Output({"sizes": [{"w_pt": w, "h_pt": h} for w, h in measured]})


def texts(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "pdf". Data: texts."""
    with _opened(blobs["pdf"]) as document:
        return Output({"texts": [_text(page) for page in document]})


@contextlib.contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with malformed_if_broken(), contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        yield document


def _draw(document: pypdfium2.PdfDocument, number: int, width_px: int) -> Image.Image:
    page = document[number - 1]
    bitmap = page.render(scale=scale_of(page.get_width(), page.get_height(), width_px), rev_byteorder=True)
    picture: Image.Image = bitmap.to_pil()
    page.close()
    return picture.convert("RGB")


def scale_of(w_pt: float, h_pt: float, width_px: int) -> float:
    """Pixels per point for a picture `width_px` wide, capped so that no page takes more than the pixel limit."""
    scale = max(width_px, 1) / w_pt
    return min(scale, (PIXEL_LIMIT / (w_pt * h_pt)) ** 0.5, SIDE_LIMIT / max(w_pt, h_pt))


def _text(page: pypdfium2.PdfPage) -> str:
    with contextlib.closing(page.get_textpage()) as text:
        found = str(text.get_text_bounded()).replace(HYPHEN_AT_END, "-\n")
        return found[:TEXT_LIMIT].replace("\r\n", "\n")
