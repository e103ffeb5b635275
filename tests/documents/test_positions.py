"""Places written by the editor are found again on the page, within one point; what was entered is read out again."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass

import hostile
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from b24app.documents.attachments import append_pages, as_pages
from b24app.documents.preview import page_sizes, page_texts
from b24app.documents.stamp import clean_picture, stamp
from b24app.domain.fields import Field, FieldType, FieldValue
from b24app.errors import DocumentRefused
from b24app.services.place_fields import parse_fields

A4, LETTER, A3 = (595.276, 841.89), (612, 792), (841.89, 1190.55)
SCALE = 4  # pixels a point
NEAR_PT = 1.0


@dataclass(frozen=True)
class Sheet:
    """One kind of page: its MediaBox' size, its rotation and by how much its CropBox is shifted and smaller."""

    size: tuple[float, float]
    rotate: int = 0
    shift: tuple[float, float] = (0, 0)

    def __str__(self) -> str:
        return f"{self.size[0]:.0f}x{self.size[1]:.0f} at {self.rotate}, cropped by {self.shift}"


SHEETS = [
    Sheet(side, rotate, shift)
    for size in (A4, LETTER, A3)
    for side in (size, size[::-1])
    for rotate, shift in ((0, (0, 0)), (90, (0, 0)), (180, (0, 0)), (270, (0, 0)), (0, (40, 60)), (90, (40, 60)))
]
SPOTS = {"corner": (36, 36, 120, 40), "middle": (212.25, 300.5, 160, 40), "small": (400, 90, 12, 12)}


def black(size: tuple[int, int] = (160, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "black").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def document() -> bytes:
    """One page of each kind, empty."""
    pdf = pikepdf.Pdf.new()
    for sheet in SHEETS:
        pdf.add_blank_page(page_size=sheet.size)
        page, (dx, dy), (w, h) = pdf.pages[-1], sheet.shift, sheet.size
        page.MediaBox, page.Rotate = [-7, 11, w - 7, h + 11], sheet.rotate
        page.CropBox = [dx - 7, dy + 11, w - dx / 2 - 7, h - dy / 2 + 11]
    return hostile.to_bytes(pdf)


@pytest.fixture(scope="module")
def placed(document: bytes) -> tuple[Field, ...]:
    """Every spot on every page, as the editor writes it down."""
    rows = [
        {"id": f"{name}-{number}", "signer": "1", "type": "image", "page": number,
         "x_pt": x, "y_pt": y, "w_pt": w, "h_pt": h, "required": True}
        for number in range(1, len(SHEETS) + 1) for name, (x, y, w, h) in SPOTS.items()
    ]  # fmt: skip
    return parse_fields(json.dumps(rows), page_sizes(document), ("1",))


@pytest.fixture(scope="module")
def stamped(document: bytes, placed: tuple[Field, ...]) -> pypdfium2.PdfDocument:
    shapes = {shape: clean_picture(black(shape)) for shape in {(round(f.w_pt), round(f.h_pt)) for f in placed}}
    names = {shape: hashlib.sha256(png).hexdigest() for shape, png in shapes.items()}
    values = {f.id: FieldValue(f.id, image_sha256=names[round(f.w_pt), round(f.h_pt)]) for f in placed}
    images = {names[shape]: png for shape, png in shapes.items()}
    return pypdfium2.PdfDocument(stamp(document, placed, values, images))


@pytest.mark.parametrize("number", range(1, len(SHEETS) + 1), ids=[str(sheet) for sheet in SHEETS])
def test_ink_is_found_where_it_was_placed(number: int, placed: tuple[Field, ...], stamped: pypdfium2.PdfDocument):
    page = stamped[number - 1].render(scale=SCALE).to_pil().convert("L")
    for field in placed:
        if field.page == number:
            wanted = (field.x_pt, field.y_pt, field.x_pt + field.w_pt, field.y_pt + field.h_pt)
            around = [int((side + (-8, -8, 8, 8)[i]) * SCALE) for i, side in enumerate(wanted)]
            ink = page.crop(tuple(around)).point(lambda value: 255 if value < 128 else 0).getbbox()  # type: ignore[arg-type]
            assert ink, field.id
            found = [(side + around[i % 2]) / SCALE for i, side in enumerate(ink)]
            assert found == pytest.approx(wanted, abs=NEAR_PT), field.id


SCRIPTS = {
    "latin": "Kaffeerösterei Søren Ångström",
    "cyrillic": "ТОВ «Кавова гільдія», м. Київ",
    "greek": "Ελληνική Εταιρεία Α.Ε.",
    "combining": "Zoe\u0308 Nguye\u0302\u0303n",
    "signs": "№ 12/7 — 1 250,50 € & <b>*x*</b> #read(1) $",
}


def test_what_was_entered_is_read_out_again_in_all_scripts():
    kinds = (FieldType.TEXT, FieldType.TITLE, FieldType.NUMBER, FieldType.DROPDOWN)
    fields, values = [], {}
    for page, kind in enumerate(kinds, start=1):
        for row, (name, text) in enumerate(SCRIPTS.items()):
            fields.append(Field(f"{kind}-{name}", "1", kind, page, 40, 40 + 30 * row, 400, 18))
            values[fields[-1].id] = FieldValue(fields[-1].id, text)
    for page, text in enumerate(page_texts(stamp(hostile.to_bytes(hostile.plain(4, "")), fields, values, {})), start=1):
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        assert [line for line in lines if line != str(page)] == list(SCRIPTS.values())


def test_a_chosen_button_is_a_disc_in_its_circle():
    field = Field("r", "1", FieldType.RADIO, 1, 100, 100, 12, 12)
    pdf = pypdfium2.PdfDocument(
        stamp(hostile.to_bytes(hostile.plain(1, "")), [field], {"r": FieldValue("r", "yes")}, {})
    )
    grey = pdf[0].render(scale=SCALE).to_pil().convert("L").crop((380, 380, 480, 480))
    left, top, right, bottom = grey.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert (left + right) / 2 == pytest.approx(44, abs=4)
    assert (top + bottom) / 2 == pytest.approx(44, abs=4)
    assert 20 < right - left <= 48


def test_a_picture_becomes_a_page_and_a_pdf_stays_one():
    page = as_pages(black((300, 200)), "stamp.png")
    assert [(size.w_pt > size.h_pt) for size in page_sizes(page)] == [True]
    joined = append_pages(
        hostile.to_bytes(hostile.plain(2)), [page, as_pages(hostile.to_bytes(hostile.plain(1, "Annex")), "a.pdf")]
    )
    assert len(page_sizes(joined)) == 4
    assert "Annex" in page_texts(joined)[3]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"MZ program", "not_image"), (b"%PDF-1.7 nothing", "malformed"), (b"\0" * (10 * 2**20 + 1), "too_large")],
    ids=["program", "broken", "large"],
)
def test_files_that_cannot_be_attached_are_refused(data: bytes, reason: str):
    with pytest.raises(DocumentRefused) as refused:
        as_pages(data, "file.bin")
    assert refused.value.reason == reason
