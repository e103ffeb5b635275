"""Read the pages of a PDF safely: count, boxes, rotation, in the way all readers agree on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from b24app.documents.geometry import PageBox, Rect
from b24app.errors import N_, DocumentRefused

SIDE_PT = (3.0, 14400.0)
PARENTS_LIMIT = 64

MALFORMED = N_("The PDF is damaged. Open it, save or print it as a new PDF, and upload that.")
BAD_PAGE_SIZE = N_("Page %(page)s has an impossible size. Save the document with ordinary pages and upload it again.")
USER_UNIT = N_("Page %(page)s measures in its own unit, which we cannot place signatures on. Print it as a new PDF.")

_BROKEN = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    ArithmeticError,
)


@contextlib.contextmanager
def malformed_if_broken() -> Iterator[None]:
    """Say "damaged" for whatever libraries raise on a broken structure. RecursionError is a RuntimeError."""
    try:
        yield
    except pikepdf.PasswordError:
        raise
    except _BROKEN as e:
        raise DocumentRefused(MALFORMED, reason="malformed") from e


def page_box(page: pikepdf.Page, number: int) -> PageBox:
    """Read one page's visible box and rotation. Raises: DocumentRefused (bad_page_size, user_unit)."""
    if float(_inherited(page.obj, "/UserUnit") or 1) != 1:
        raise DocumentRefused(USER_UNIT, reason="user_unit", page=number)
    media = _rect(_inherited(page.obj, "/MediaBox"))
    crop = _rect(_inherited(page.obj, "/CropBox") or _inherited(page.obj, "/MediaBox"))
    clipped = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    sides = (clipped[2] - clipped[0], clipped[3] - clipped[1])
    if not all(SIDE_PT[0] <= side <= SIDE_PT[1] for side in sides):
        raise DocumentRefused(BAD_PAGE_SIZE, reason="bad_page_size", page=number)
    rotate = int(_inherited(page.obj, "/Rotate") or 0) % 360
    if rotate % 90:
        raise ValueError("rotation")
    return PageBox(clipped, rotate)


def count_with_pdfium(data: bytes) -> int:
    """Count pages the way the renderer does: libraries differ on page trees that loop."""
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        return len(document)


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Say whether a signature with a byte range stands in the form (field values, inherited or not)."""
    form = pdf.Root.get("/AcroForm")
    waiting = list(form.get("/Fields", [])) if isinstance(form, pikepdf.Dictionary) else []
    for _ in range(20_000):
        if not waiting:
            return False
        field = waiting.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        value = field.get("/V")
        if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value and "/Contents" in value:
            return True
        waiting.extend(field.get("/Kids", []))
    raise ValueError("form without end")


def _inherited(node: Any, name: str) -> Any:
    """Look a page attribute up the tree; a tree that loops has no end, so we set one."""
    for _ in range(PARENTS_LIMIT):
        if name in node:
            return node[name]
        if "/Parent" not in node:
            return None
        node = node.Parent
    raise ValueError("page tree too deep")


def _rect(box: Any) -> Rect:
    a, b, c, d = (float(number) for number in box)
    return min(a, c), min(b, d), max(a, c), max(b, d)
