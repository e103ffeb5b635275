"""Bring an unsigned PDF into the one shape the rest works with: upright pages at 0, 0, no form, no protection."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from b24app.documents.geometry import PageBox, transformed
from b24app.errors import N_

FLATTENED = N_("Form fields were made part of the page.")
FLATTENED_UNSURE = N_("Form fields were made part of the page. Check that every filled-in value looks right.")
UPRIGHTED = N_("Rotated or shifted pages were turned upright.")


def flatten_form(pdf: pikepdf.Pdf) -> list[str]:
    """Draw form fields and comments into their pages and remove the form. Returns notes."""
    form: Any = pdf.Root.get("/AcroForm")
    fields = list(form.get("/Fields", [])) if isinstance(form, pikepdf.Dictionary) else []
    must_draw = bool(fields and form.get("/NeedAppearances", False))
    if must_draw:
        pdf.generate_appearance_streams()  # Latin letters only, hence the advice to look
    pdf.flatten_annotations("all")
    for page in pdf.pages:
        rest = [a for a in page.obj.get("/Annots", []) if a.get("/Subtype") == "/Link"]
        if "/Annots" in page.obj:
            page.obj["/Annots"] = pikepdf.Array(rest)
    if "/AcroForm" in pdf.Root:
        del pdf.Root["/AcroForm"]
    return [FLATTENED_UNSURE if must_draw else FLATTENED] if fields else []


def make_upright(pdf: pikepdf.Pdf, boxes: list[PageBox]) -> list[str]:
    """Give every page MediaBox = CropBox at 0, 0 and no rotation, looking as before. Returns notes."""
    for page, box in zip(pdf.pages, boxes, strict=True):
        if not box.is_normal:
            _wrap(pdf, page, box)
        _set_boxes(page, box)
    return [] if all(box.is_normal for box in boxes) else [UPRIGHTED]


def _wrap(pdf: pikepdf.Pdf, page: pikepdf.Page, box: PageBox) -> None:
    """Put the content into a form XObject turned upright: patterns and shadings inside keep their place."""
    content = pikepdf.Stream(pdf, _content(page))
    content.Type, content.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    content.BBox, content.Matrix = pikepdf.Array(list(box.crop)), pikepdf.Array(list(box.upright()))
    content.Resources = page.resources
    if "/Group" in page.obj:
        content.Group = page.obj.Group
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=content))
    page.obj.Contents = pikepdf.Stream(pdf, b"q /Page Do Q")
    for annotation in page.obj.get("/Annots", []):
        _move(annotation, box)


def _content(page: pikepdf.Page) -> bytes:
    contents: Any = page.obj.get("/Contents")
    if contents is None:
        return b""
    parts = [contents] if isinstance(contents, pikepdf.Stream) else list(contents)
    return b"\n".join(part.read_bytes() for part in parts)


def _move(annotation: Any, box: PageBox) -> None:
    a, b, c, d = (float(number) for number in annotation.Rect)
    annotation.Rect = pikepdf.Array([round(n, 3) for n in transformed(box.upright(), (a, b, c, d))])
    if "/QuadPoints" in annotation:
        del annotation["/QuadPoints"]


def _set_boxes(page: pikepdf.Page, box: PageBox) -> None:
    size = box.size
    for name in ("/ArtBox", "/BleedBox", "/TrimBox"):
        if name in page.obj:
            del page.obj[name]
    whole = [0, 0, round(size.w_pt, 4), round(size.h_pt, 4)]
    page.obj.MediaBox, page.obj.CropBox = pikepdf.Array(whole), pikepdf.Array(whole)
    page.obj.Rotate = 0


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Write without encryption; what nothing refers to any more stays behind."""
    target = io.BytesIO()
    pdf.save(target, encryption=False, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()
