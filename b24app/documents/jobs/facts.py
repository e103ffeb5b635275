"""What a sender should know of a PDF: pages without text, odd sizes, fonts that are missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from b24app.clock import monotonic_s
from b24app.documents.geometry import PageBox
from b24app.domain.fields import PageSize

A4_AND_LEGAL = PageSize(650, 1010)
"""The largest sheet an office prints on: A4 is 595 x 842, Letter 612 x 792, Legal 612 x 1008."""

ISO_SIZES = {"A3": (842, 1191), "A2": (1191, 1684), "A1": (1684, 2384), "A0": (2384, 3370), "B4": (709, 1001)}
MM_PER_PT = 25.4 / 72
TIME_S = 1.5
NAMES_KEPT = 6
FONTS_LIMIT = 2000
FORMS_DEEP = 4

STANDARD_FONTS = ("Helvetica", "Times", "Courier", "Arial", "TimesNewRoman", "CourierNew", "Symbol", "ZapfDingbats")
"""Every reader has these or their like, of the same widths (ISO 32000-1, 9.6.2.2)."""


def page_facts(boxes: Sequence[PageBox]) -> dict[str, Any]:
    """Say which pages are turned and which are larger than office paper."""
    sizes = [box.size for box in boxes]
    return {
        "turned": [number for number, box in enumerate(boxes, start=1) if box.rotate],
        "large": [[number, size_name(size)] for number, size in enumerate(sizes, start=1) if _is_large(size)],
    }


def size_name(size: PageSize) -> str:
    """Name a size: A3, or "300 x 500 mm"."""
    short, long = sorted((size.w_pt, size.h_pt))
    for name, (w, h) in ISO_SIZES.items():
        if abs(short - w) <= 3 and abs(long - h) <= 3:
            return name
    return f"{size.w_pt * MM_PER_PT:.0f} x {size.h_pt * MM_PER_PT:.0f} mm"


def scanned_pages(data: bytes) -> list[int]:
    """Find pages that show a picture and have no text (1-based), as far as the time reaches."""
    until, found = monotonic_s() + TIME_S, []
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        for number, page in enumerate(document, start=1):
            if _is_scan(page):
                found.append(number)
            page.close()
            if monotonic_s() > until:
                break
    return found


def unembedded_fonts(pdf: pikepdf.Pdf) -> list[str]:
    """Name fonts that the file uses without bringing them along, but for those that every reader has."""
    names: dict[str, None] = {}
    seen: set[tuple[int, int]] = set()
    for page in pdf.pages:
        for font in _fonts(page.obj.get("/Resources"), seen, FORMS_DEEP):
            if not _is_embedded(font) and not _is_standard(name := _font_name(font)):
                names[name] = None
        if len(seen) > FONTS_LIMIT:
            break
    return list(names)[:NAMES_KEPT]


def _is_large(size: PageSize) -> bool:
    short, long = sorted((size.w_pt, size.h_pt))
    return short > A4_AND_LEGAL.w_pt or long > A4_AND_LEGAL.h_pt


def _is_scan(page: pypdfium2.PdfPage) -> bool:
    with contextlib.closing(page.get_textpage()) as text:
        if text.count_chars():
            return False
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


def _fonts(resources: Any, seen: set[tuple[int, int]], depth: int) -> Iterator[Any]:
    """Yield the fonts of a page and of the forms it draws, each once."""
    if not isinstance(resources, pikepdf.Dictionary):
        return
    for font in _values(resources.get("/Font")):
        if _is_new(font, seen):
            yield font
    for thing in _values(resources.get("/XObject")):
        if depth and isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Form" and _is_new(thing, seen):
            yield from _fonts(thing.get("/Resources"), seen, depth - 1)


def _values(dictionary: Any) -> list[Any]:
    if not isinstance(dictionary, pikepdf.Dictionary):
        return []
    return [value for value in dictionary.as_dict().values() if isinstance(value, pikepdf.Dictionary | pikepdf.Stream)]


def _is_new(thing: Any, seen: set[tuple[int, int]]) -> bool:
    if thing.is_indirect:
        if thing.objgen in seen:
            return False
        seen.add(thing.objgen)
    return True


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    below = font.get("/DescendantFonts")
    described = below[0] if isinstance(below, pikepdf.Array) and len(below) else font
    descriptor: Any = described.get("/FontDescriptor", {})
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _font_name(font: Any) -> str:
    name = str(font.get("/BaseFont", "/?")).lstrip("/")
    return name.partition("+")[2] or name


def _is_standard(name: str) -> bool:
    return name.replace("-", "").replace(" ", "").startswith(STANDARD_FONTS)
