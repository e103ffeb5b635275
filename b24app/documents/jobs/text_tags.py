"""Find `{{type:role:option=value}}` in the text of a PDF, and take the tags out of the pages.

By pdfium's characters one by one: the text it hands out in one piece counts otherwise (it adds spaces and line ends).
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

from b24app.documents.geometry import PageBox, Rect
from b24app.documents.job import Output
from b24app.documents.jobs.form_fields import form_fields
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import is_signed, malformed_if_broken, page_box
from b24app.documents.jobs.stamping import SIGNED
from b24app.documents.text import one_line
from b24app.domain.fields import APPROVER, Field, FieldType
from b24app.errors import DocumentRefused

CHARS_LIMIT = 200_000
TAGS_LIMIT = 500
SIDES_PT = (4.0, 600.0)
CHANGED_SHARE = 0.001
"""So much of a page may look different after its tags were taken out; more, and they are covered instead."""

TYPES = {
    "s": FieldType.SIGNATURE, "sig": FieldType.SIGNATURE, "i": FieldType.INITIALS, "d": FieldType.DATE,
    "n": FieldType.NAME, "co": FieldType.COMPANY, "t": FieldType.TEXT, "c": FieldType.CHECKBOX, "e": FieldType.EMAIL,
    **{str(kind): kind for kind in FieldType if kind not in (FieldType.RADIO, FieldType.DROPDOWN)},
}  # fmt: skip
SIZES_PT = {
    FieldType.SIGNATURE: (160.0, 40.0), FieldType.INITIALS: (60.0, 30.0), FieldType.CHECKBOX: (12.0, 12.0),
    FieldType.IMAGE: (100.0, 60.0),
}  # fmt: skip
USUAL_SIZE_PT = (140.0, 16.0)

_TAG = re.compile(r"\{\{\s*([a-z]+)\s*:\s*(?:signer)?([1-9][0-9]?|approver)\s*((?::[^{}]{0,200})?)\}\}", re.ASCII)


@dataclass(frozen=True)
class _Tag:
    """One tag: which characters of which page it is, and its options."""

    page: int
    chars: range
    type: FieldType
    signer: str
    options: dict[str, str]


def candidates(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "pdf". Data: fields (of the form and of text tags)."""
    with malformed_if_broken(), pikepdf.open(io.BytesIO(blobs["pdf"])) as pdf:
        boxes = [page_box(page, number) for number, page in enumerate(pdf.pages, start=1)]
        return Output({"fields": form_fields(pdf, boxes) + find_tags(blobs["pdf"], boxes)})


def take_out(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "pdf". Data: fields of the text tags; blob "pdf" without the tags."""
    data = blobs["pdf"]
    with malformed_if_broken():
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if is_signed(pdf):
                raise DocumentRefused(SIGNED, reason="signed")
            boxes = [page_box(page, number) for number, page in enumerate(pdf.pages, start=1)]
        fields = find_tags(data, boxes)
        return Output({"fields": fields}, {"pdf": without_tags(data) if fields else data})


def find_tags(data: bytes, boxes: list[PageBox] | None = None) -> list[dict[str, Any]]:
    """Make Field dictionaries of the text tags; `boxes` None says that all pages are upright at 0, 0."""
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        fields: list[dict[str, Any]] = []
        for number, page in enumerate(document, start=1):
            with contextlib.closing(page.get_textpage()) as text:
                box = boxes[number - 1] if boxes else PageBox((0.0, 0.0, *page.get_size()))
                for tag in _tags(text, number):
                    if len(fields) < TAGS_LIMIT:
                        fields.append(_field(tag, text, box, f"tag-{len(fields) + 1}").to_dict())
            page.close()
        return fields


def without_tags(data: bytes) -> bytes:
    """Take the tags' text out of the pages; on pages where that would change anything else, cover them with white."""
    to_cover: dict[int, list[Rect]] = {}
    for _attempt in range(2):  # a page that came out wrong is left alone in the second one
        failed, result = _clean_pages(data, to_cover)
        to_cover |= failed
        if not failed:
            break
    return _covered(result, to_cover) if to_cover else result


def _clean_pages(data: bytes, left_alone: dict[int, list[Rect]]) -> tuple[dict[int, list[Rect]], bytes]:
    """Clean all other pages. Returns the pages that came out wrong, with the rectangles of their tags, and the PDF."""
    failed: dict[int, list[Rect]] = {}
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        for number in range(1, len(document) + 1):
            if number not in left_alone and (boxes := _clean_page(document, number)):
                failed[number] = boxes
        target = io.BytesIO()
        document.save(target)
    return failed, target.getvalue()


def _tags(text: pypdfium2.PdfTextPage, page: int) -> Iterator[_Tag]:
    count = min(text.count_chars(), CHARS_LIMIT)
    if text.get_text_range(0, count).count("{") < 2:
        return  # most pages: reading them character by character would take a hundred times as long
    chars = "".join(chr(raw.FPDFText_GetUnicode(text.raw, index) or 32) for index in range(count))
    for found in _TAG.finditer(chars):
        kind = TYPES.get(found[1])
        if kind is not None:
            yield _Tag(page, range(*found.span()), kind, found[2], _options(found[3]))


def _options(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(":") if "=" in part)
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def _field(tag: _Tag, text: pypdfium2.PdfTextPage, box: PageBox, identity: str) -> Field:
    """Put the field's upper left corner where the tag's is, and keep it on the page."""
    x, y, _w, _h = box.to_display(_box_of(tag, text))
    usual_w, usual_h = SIZES_PT.get(tag.type, USUAL_SIZE_PT)
    w, h = _side(tag.options.get("w"), usual_w), _side(tag.options.get("h"), usual_h)
    return Field(
        id=identity,
        signer=APPROVER if tag.signer == APPROVER else tag.signer,
        type=tag.type,
        page=tag.page,
        x_pt=round(max(0.0, min(x, box.size.w_pt - w)), 3),
        y_pt=round(max(0.0, min(y, box.size.h_pt - h)), 3),
        w_pt=w,
        h_pt=h,
        required=tag.options.get("required", "1").lower() not in ("0", "no", "false"),
        label=one_line(tag.options.get("label", ""))[:100],
    )


def _side(text: str | None, usual: float) -> float:
    try:
        return min(max(float(text or usual), SIDES_PT[0]), SIDES_PT[1])
    except ValueError:
        return usual


def _box_of(tag: _Tag, text: pypdfium2.PdfTextPage) -> Rect:
    """The rectangle around a tag's characters, in user space."""
    boxes = [text.get_charbox(index, loose=True) for index in tag.chars]
    real = [box for box in boxes if box[2] > box[0] and box[3] > box[1]] or boxes
    return min(b[0] for b in real), min(b[1] for b in real), max(b[2] for b in real), max(b[3] for b in real)


def _clean_page(document: pypdfium2.PdfDocument, number: int) -> list[Rect]:
    """Take the tags' text objects out; other words in them are put back. Returns rectangles when that went wrong."""
    page = document[number - 1]
    with contextlib.closing(page.get_textpage()) as text:
        tags = list(_tags(text, number))
        if not tags:
            return []
        boxes = [_box_of(tag, text) for tag in tags]
        objects, others = _objects_of(text, tags)
        words = [_word(text, chars) for chars in _words_among(text, others)]
    before = _draw(page)
    for word in words:
        _put_back(document, page, word)
    for handle in objects:
        raw.FPDFPage_RemoveObject(page.raw, handle)
        raw.FPDFPageObj_Destroy(handle)
    raw.FPDFPage_GenerateContent(page.raw)
    return boxes if _differs(before, _draw(page), page, boxes) else []


@dataclass(frozen=True)
class _Word:
    """A word that shares its text object with a tag, and how it is drawn."""

    text: str
    owner: Any  # the text object it comes from
    matrix: Any


def _objects_of(text: pypdfium2.PdfTextPage, tags: list[_Tag]) -> tuple[list[Any], list[int]]:
    """Find the text objects of the tags, and the other characters that they draw."""
    inside = {index for tag in tags for index in tag.chars}
    drawn_by: dict[int, list[int]] = {}
    owners: dict[int, Any] = {}
    for index in range(min(text.count_chars(), CHARS_LIMIT)):
        handle = raw.FPDFText_GetTextObject(text.raw, index)
        if handle:
            address = ctypes.addressof(handle.contents)
            drawn_by.setdefault(address, []).append(index)
            if index in inside:
                owners[address] = handle
    others = [index for address in owners for index in drawn_by[address] if index not in inside]
    return list(owners.values()), sorted(others)


def _words_among(text: pypdfium2.PdfTextPage, indexes: list[int]) -> Iterator[list[int]]:
    """Cut characters into words: each is placed by itself, for its producer may have placed it so."""
    word: list[int] = []
    for index in indexes:
        is_space = chr(raw.FPDFText_GetUnicode(text.raw, index) or 32).isspace()
        if word and (is_space or index != word[-1] + 1):
            yield word
            word = []
        if not is_space:
            word.append(index)
    if word:
        yield word


def _word(text: pypdfium2.PdfTextPage, chars: list[int]) -> _Word:
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(text.raw, chars[0], matrix)
    raw.FPDFText_GetCharOrigin(text.raw, chars[0], x, y)
    matrix.e, matrix.f = x.value, y.value
    letters = "".join(chr(raw.FPDFText_GetUnicode(text.raw, index)) for index in chars)
    return _Word(letters, raw.FPDFText_GetTextObject(text.raw, chars[0]), matrix)


def _put_back(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, word: _Word) -> None:
    """Draw a word where it stood, in its own font, size and colour."""
    size, colour = ctypes.c_float(), [ctypes.c_uint() for _ in range(4)]
    raw.FPDFTextObj_GetFontSize(word.owner, size)
    made = raw.FPDFPageObj_CreateTextObj(document.raw, raw.FPDFTextObj_GetFont(word.owner), size)
    utf16 = (word.text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(made, ctypes.cast(ctypes.create_string_buffer(utf16), raw.FPDF_WIDESTRING))
    raw.FPDFPageObj_SetMatrix(made, word.matrix)
    if raw.FPDFPageObj_GetFillColor(word.owner, *colour):
        raw.FPDFPageObj_SetFillColor(made, *colour)
    raw.FPDFPage_InsertObject(page.raw, made)


def _draw(page: pypdfium2.PdfPage) -> Image.Image:
    return page.render(scale=1).to_pil().convert("L")


def _differs(before: Image.Image, after: Image.Image, page: pypdfium2.PdfPage, boxes: list[Rect]) -> bool:
    """Say whether more than a little changed outside the tags."""
    changed = ImageChops.difference(before, after)
    pen, height = ImageDraw.Draw(changed), page.get_height()
    for left, bottom, right, top in boxes:
        pen.rectangle((left - 2, height - top - 2, right + 2, height - bottom + 2), fill=0)
    return sum(changed.histogram()[32:]) > CHANGED_SHARE * changed.width * changed.height


def _covered(data: bytes, rectangles: dict[int, list[Rect]]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, boxes in rectangles.items():
            drawn = " ".join(f"{a:.2f} {b:.2f} {c - a:.2f} {d - b:.2f} re" for a, b, c, d in boxes)
            pdf.pages[number - 1].contents_add(pikepdf.Stream(pdf, f"q 1 g {drawn} f Q".encode()), prepend=False)
        return saved(pdf)
