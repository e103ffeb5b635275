"""Stamping: what was entered stands on the page, in its box, whatever the page looks like inside."""

from __future__ import annotations

import hashlib
import io

import hostile
import pikepdf
import pypdfium2
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from b24app.documents import stamp as stamping
from b24app.documents.geometry import PageBox
from b24app.documents.preview import page_texts
from b24app.documents.stamp import clean_signature_image, stamp, stamp_and_report, typed_signature
from b24app.documents.templates import example, render_template
from b24app.domain.fields import Field, FieldType, FieldValue
from b24app.errors import DocumentRefused


def field(
    identity: str = "f", kind: FieldType = FieldType.TEXT, page: int = 1, box: tuple[float, ...] = (100, 150, 200, 20)
) -> Field:
    return Field(identity, "1", kind, page, *box)


def text(value: str, identity: str = "f") -> dict[str, FieldValue]:
    return {identity: FieldValue(identity, value)}


def blank(size: tuple[float, float] = (595, 842)) -> bytes:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=size)
    return hostile.to_bytes(pdf)


def ink_box(pdf: bytes, page: int = 1) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of everything drawn on a page, in displayed points."""
    scale = 4
    grey = pypdfium2.PdfDocument(pdf)[page - 1].render(scale=scale).to_pil().convert("L")
    box = grey.point(lambda value: 255 if value < 200 else 0).getbbox()
    assert box, "nothing was drawn"
    return tuple(side / scale for side in box)  # type: ignore[return-value]


def is_inside(ink: tuple[float, ...], box: Field) -> bool:
    left, top, right, bottom = ink
    return (
        left >= box.x_pt - 1
        and top >= box.y_pt - 1
        and right <= box.x_pt + box.w_pt + 1
        and bottom <= box.y_pt + box.h_pt + 1
    )


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [(100, 150, 200, 20), (3, 2, 60, 14), (380, 440, 110, 24)])
def test_ink_lands_in_its_box_on_rotated_and_shifted_pages(rotate: int, box: tuple[float, ...]) -> None:
    pdf = pikepdf.open(io.BytesIO(blank()))
    page = pdf.pages[0]
    page.MediaBox, page.CropBox, page.Rotate = [-50, -30, 600, 900], [20, 40, 520, 520], rotate
    place = field(box=box if rotate in (0, 180) else (box[0] * 0.9, box[1], *box[2:]))
    stamped = stamp(hostile.to_bytes(pdf), [place], text("Підпис M"), {})
    assert is_inside(ink_box(stamped), place)
    assert page_texts(stamped)[0].strip() == "Підпис M"


coordinate = st.floats(0, 400)


@given(
    rotate=st.sampled_from([0, 90, 180, 270]),
    origin=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    box=st.tuples(coordinate, coordinate, coordinate, coordinate),
)
def test_positions_survive_the_way_to_user_space_and_back(
    rotate: int, origin: tuple[float, float], box: tuple[float, float, float, float]
) -> None:
    page = PageBox((origin[0], origin[1], origin[0] + 595, origin[1] + 842), rotate)
    assert page.to_display(page.to_user(*box)) == pytest.approx(box, abs=1e-6)


words = st.text(
    st.sampled_from("abcxyz ABC ІЇЄҐ іїєґ АБВ éüßñ 0123 .,;:-–/@()«»“”€₴%&#*_<>[]{}$\\'\""), min_size=1, max_size=40
)


@given(values=st.lists(words.map(str.strip).filter(bool), min_size=5, max_size=20))
@settings(max_examples=8, deadline=None)
def test_extracted_text_equals_what_was_entered(values: list[str]) -> None:
    fields = [field(str(n), box=(20, 20 + 30 * n, 500, 20)) for n in range(len(values))]
    stamped = stamp(blank(), fields, {f.id: FieldValue(f.id, values[int(f.id)]) for f in fields}, {})
    lines = [" ".join(line.split()) for line in page_texts(stamped)[0].splitlines() if line.strip()]
    assert lines == [" ".join(value.split()) for value in values]


def test_all_values_of_a_template_are_found_again() -> None:
    rendered = render_template(example(), samples.VALUES, locale="en", parties=samples.parties(7), ticks={})
    values = {f.id: FieldValue(f.id, f"Value {n} ж") for n, f in enumerate(rendered.fields)}
    texts = page_texts(stamp(rendered.pdf, rendered.fields, values, {}))
    for f in rendered.fields:
        assert values[f.id].text in texts[f.page - 1]


def test_long_text_shrinks_and_very_long_text_ends_in_an_ellipsis() -> None:
    fields = [field("short"), field("long", box=(100, 200, 200, 20)), field("endless", box=(100, 250, 200, 20))]
    values = {
        **text("Ok", "short"),
        **text("Kaffeerösterei Halvorsen & Söhne Offene Handels", "long"),
        **text("W" * 5000, "endless"),
    }
    stamped = stamp_and_report(blank(), fields, values, {})
    assert stamped.shortened == ("endless",)
    found = page_texts(stamped.pdf)[0]
    assert values["long"].text in found
    assert "WWW…" in found
    assert is_inside(ink_box(stamped.pdf), field(box=(100, 150, 200, 120)))


def test_a_tall_box_takes_several_lines() -> None:
    box = field(box=(100, 150, 120, 60))
    stamped = stamp_and_report(blank(), [box], text("Deliver to the back door\nand ring twice, please"), {})
    assert stamped.shortened == ()
    assert is_inside(ink_box(stamped.pdf), box)
    assert "ring twice, please" in " ".join(page_texts(stamped.pdf)[0].split())


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '#read("/etc/passwd")', "*x* _y_ $z$", "{{ 7*7 }}"])
def test_what_was_entered_prints_literally(value: str) -> None:
    assert page_texts(stamp(blank(), [field()], text(value), {}))[0].strip() == value


def test_a_ticked_box_has_a_mark_and_an_empty_one_has_none() -> None:
    boxes = [
        field("a", FieldType.CHECKBOX, box=(100, 100, 12, 12)),
        field("b", FieldType.CHECKBOX, box=(100, 300, 12, 12)),
    ]
    stamped = stamp(blank(), boxes, {**text("yes", "a"), **text("", "b")}, {})
    assert page_texts(stamped)[0].strip() == "✔"
    assert is_inside(ink_box(stamped), boxes[0])


@pytest.mark.parametrize("box", [(100, 150, 200, 40), (100, 150, 40, 200), (100, 150, 30, 10)])
def test_a_signature_stands_on_the_bottom_of_its_box_and_inside_it(box: tuple[float, ...]) -> None:
    png = typed_signature("Оксана Шевченко")
    place, name = field(kind=FieldType.SIGNATURE, box=box), hashlib.sha256(png).hexdigest()
    ink = ink_box(stamp(blank(), [place], {"f": FieldValue("f", image_sha256=name)}, {name: png}))
    assert is_inside(ink, place)
    assert ink[3] > place.y_pt + place.h_pt - 6


def test_forty_values_on_ten_pages() -> None:
    pdf = hostile.to_bytes(hostile.plain(10))
    fields = [field(f"{p}-{n}", page=p, box=(72, 100 + 40 * n, 200, 20)) for p in range(1, 11) for n in range(4)]
    texts = page_texts(stamp(pdf, fields, {f.id: FieldValue(f.id, f"value {f.id}") for f in fields}, {}))
    assert all(f"value {f.id}" in texts[f.page - 1] and f"Hello {f.page}" in texts[f.page - 1] for f in fields)


def test_nothing_to_stamp_leaves_every_byte() -> None:
    pdf = blank()
    assert stamp(pdf, [field()], {}, {}) == pdf


def test_a_signed_document_is_not_stamped() -> None:
    with pytest.raises(DocumentRefused) as caught:
        stamp(hostile.looks_signed(), [field()], text("x"), {})
    assert caught.value.reason == "signed"


def test_a_field_on_a_missing_page_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="page 2 of 1"):
        stamp(blank(), [field(page=2)], text("x"), {})


def test_a_value_for_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown fields"):
        stamp(blank(), [field()], text("x", "other"), {})


# Signature pictures


def picture_of(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def encoded(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


def photo(size: tuple[int, int] = (1600, 900), paper: int = 235) -> Image.Image:
    """A pen stroke on paper that is darker in one corner, as lamps make it."""
    light = Image.linear_gradient("L").resize(size).point(lambda value: paper - value // 3)
    picture = Image.merge("RGB", (light,) * 3)
    strokes = [(size[0] * n // 10, size[1] * (4 if n % 2 else 6) // 10) for n in range(2, 9)]
    ImageDraw.Draw(picture).line(strokes, fill=(20, 30, 90), width=max(size[0] // 160, 2))
    return picture


@pytest.mark.parametrize("name", ["Anna Schmidt", "Jeff", "fj"])
def test_no_stroke_of_a_typed_signature_is_cut_off(name: str) -> None:
    ink = picture_of(typed_signature(name)).getchannel("A")
    left, top, right, bottom = ink.getbbox()
    assert left > 0 < top
    assert right < ink.width
    assert bottom < ink.height


@pytest.mark.parametrize("name", ["Anna Berg", "Оксана Шевченко", "Δημήτρης Παππάς", "Đặng Thị Ngọc", "#x *y*"])
def test_a_typed_signature_is_transparent_and_has_ink(name: str) -> None:
    picture = picture_of(typed_signature(name))
    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0))[3] == 0
    assert picture.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize(("name", "reason"), [("", "blank"), (" \n ", "blank"), ("x" * 81, "too_large")])
def test_a_typed_signature_needs_a_name_of_sensible_length(name: str, reason: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        typed_signature(name)
    assert (caught.value.reason, caught.value.field) == (reason, "signature")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_becomes_ink_on_nothing(kind: str) -> None:
    clean = picture_of(clean_signature_image(encoded(photo(), kind)))
    assert clean.mode == "RGBA"
    assert clean.width <= 1200
    assert clean.height <= 600
    assert clean.width > 3 * clean.height  # trimmed to the stroke
    solid = clean.getchannel("A").histogram()
    assert sum(solid[:20]) > 0.6 * clean.width * clean.height


def test_a_phone_photo_of_twelve_megapixels_is_welcome_as_jpeg() -> None:
    assert picture_of(clean_signature_image(encoded(photo((4000, 3000)), "JPEG"))).width > 300


def test_a_drawing_keeps_its_ink_and_loses_its_margins() -> None:
    drawing = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).line([(100, 100), (300, 60), (500, 120)], fill=(22, 48, 122, 255), width=5)
    clean = picture_of(clean_signature_image(encoded(drawing)))
    assert clean.size == pytest.approx((400, 62), abs=10)
    assert (22, 48, 122, 255) in {pixel for _count, pixel in clean.getcolors(100_000)}


def test_what_else_is_in_the_file_does_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    clean = clean_signature_image(encoded(photo(), "JPEG", exif=exif))
    assert b"secret" not in clean
    assert not picture_of(clean).info


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_image"),
        (b"GIF89a", "not_image"),
        (b"", "not_image"),
        (encoded(photo())[:500], "not_image"),
        (encoded(Image.new("RGB", (800, 400), "white")), "blank"),
        (encoded(Image.new("RGB", (800, 400), "black")), "blank"),
        (encoded(Image.new("RGBA", (800, 400), (0, 0, 0, 0))), "blank"),
        (encoded(Image.new("1", (4000, 4000))), "too_large"),
        (b"\0" * 11_000_000, "too_large"),
    ],
    ids=["svg", "gif", "nothing", "cut short", "white", "black", "clear", "16 megapixels", "11 MB"],
)
def test_what_is_no_signature_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        clean_signature_image(data)
    assert caught.value.reason == reason
    assert stamping.IMAGE_LIMIT_MB == 10


def test_ornaments_without_a_font_are_left_out_rather_than_printed_as_boxes():
    plain, adorned = (stamp(blank(), [field()], text(words), {}) for words in ("Kyiv", "Kyiv 🙂"))
    assert ink_box(adorned) == ink_box(plain)
