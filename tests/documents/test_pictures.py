"""Photos and scans become pages; what a sender should know of a PDF is found in it."""

from __future__ import annotations

import io

import hostile
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from b24app.documents.jobs import pictures
from b24app.documents.merging import FILES_LIMIT, merge, shifted
from b24app.documents.sources import inspect_upload
from b24app.domain.fields import Field, FieldType
from b24app.errors import DocumentRefused

TURN_RIGHT = 6  # EXIF: what the camera saw as up lies on the right


def picture(size: tuple[int, int] = (400, 300), kind: str = "PNG", mode: str = "RGB", exif: int = 0) -> bytes:
    image = Image.new(mode, size, 0 if mode in ("1", "L", "I;16") else None)
    if mode == "RGB":
        image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))  # the left half is red
    tags = Image.Exif()
    if exif:
        tags[0x0112] = exif
    target = io.BytesIO()
    image.save(target, kind, exif=tags) if exif else image.save(target, kind)
    return target.getvalue()


def drawn(pdf: bytes) -> Image.Image:
    import pypdfium2

    return pypdfium2.PdfDocument(pdf)[0].render(scale=0.5).to_pil().convert("RGB")


def pdf_of(data: bytes) -> bytes:
    return pictures.to_pdf({}, {"image": data}).blobs["pdf"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_a_page_of_its_own_shape(kind: str) -> None:
    upload = inspect_upload(picture(kind=kind), f"scan.{kind.lower()}")
    (size,) = upload.sizes
    assert size.w_pt / size.h_pt == pytest.approx(4 / 3, abs=0.01)
    assert max(size.w_pt, size.h_pt) <= 842
    assert upload.facts.scanned == (1,)


def test_a_photo_stands_upright_as_its_camera_says() -> None:
    page = drawn(pdf_of(picture(kind="JPEG", exif=TURN_RIGHT)))
    assert page.height > page.width
    assert page.getpixel((page.width // 2, 10))[0] > 200  # red is on top now
    assert page.getpixel((page.width // 2, page.height - 10))[0] < 60


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_kind_of_picture_can_be_read(mode: str) -> None:
    assert pdf_of(picture(mode=mode)).startswith(b"%PDF")


def test_a_receipt_lies_on_a_whole_page() -> None:
    assert drawn(pdf_of(picture((100, 900)))).size == (298, 421)


def test_a_giant_is_made_small_or_refused() -> None:
    assert len(pdf_of(picture((9000, 4000), "JPEG", "L"))) < 1_000_000
    with pytest.raises(DocumentRefused, match="megapixels"):
        pdf_of(picture((6000, 5000), mode="1"))


def test_a_broken_picture_is_refused_in_words() -> None:
    with pytest.raises(DocumentRefused) as caught:
        inspect_upload(picture()[:200], "scan.png")
    assert (caught.value.reason, str(caught.value).endswith(".")) == ("not_image", True)


def test_nothing_of_the_photo_but_its_pixels_goes_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    target = io.BytesIO()
    Image.new("RGB", (50, 50)).save(target, "JPEG", exif=exif)
    assert b"taken at home" not in pdf_of(target.getvalue())


def test_odd_pages_and_missing_fonts_are_found() -> None:
    pdf = hostile.plain(3)
    pdf.pages[0].Rotate = 90
    pdf.pages[1].MediaBox = [0, 0, 842, 1191]
    pdf.pages[2].Resources.Font.F1 = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/ABCDEF+Calibri"))
    )
    facts = inspect_upload(hostile.to_bytes(pdf), "odd.pdf").facts
    assert (facts.turned, facts.large, facts.unembedded) == ((1,), ((2, "A3"),), ("Calibri",))


def test_a_font_in_a_form_that_draws_itself_ends_nothing() -> None:
    pdf = hostile.plain()
    form = pdf.make_stream(b"")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(Again=form))
    pdf.pages[0].Resources.XObject = Dictionary(X=form)
    assert inspect_upload(hostile.to_bytes(pdf), "loop.pdf").facts.unembedded == ()


def test_an_owner_password_that_was_removed_must_be_seen() -> None:
    assert any("protected" in note for note in inspect_upload(hostile.owner_allows_changes(), "x.pdf").facts.notes)


def test_files_follow_each_other_with_their_titles_as_bookmarks() -> None:
    merged = merge([("Offer", hostile.to_bytes(hostile.plain(2))), ("Annex ü", hostile.to_bytes(hostile.plain(3)))])
    with pikepdf.open(io.BytesIO(merged.pdf)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Offer", "Annex ü"]
        assert len(pdf.pages) == 5
    assert merged.first_pages == (1, 3)


def test_a_link_to_a_page_does_not_bring_that_page_twice() -> None:
    pdf = hostile.plain(2)
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Dest=Array([pdf.pages[1].obj, Name.Fit])
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])
    merged = merge([("One", hostile.to_bytes(pdf)), ("Two", hostile.to_bytes(hostile.plain()))])
    with pikepdf.open(io.BytesIO(merged.pdf)) as whole:
        assert sum(1 for thing in whole.objects if isinstance(thing, Dictionary) and thing.get("/Type") == "/Page") == 3


def test_too_much_together_is_refused_in_words() -> None:
    one = hostile.to_bytes(hostile.plain())
    with pytest.raises(DocumentRefused, match=f"At most {FILES_LIMIT} files"):
        merge([("x", one)] * (FILES_LIMIT + 1))
    with pytest.raises(DocumentRefused, match="Together the files have 501 pages"):
        merge([("a", hostile.to_bytes(hostile.plain(500))), ("b", one)])


def test_fields_move_with_their_file() -> None:
    field = Field("s", "1", FieldType.SIGNATURE, 2, 1, 2, 3, 4, shown_when="c", group="g")
    (moved,) = shifted([field], 5, "1-")
    assert (moved.id, moved.page, moved.shown_when, moved.group) == ("1-s", 6, "1-c", "1-g")
