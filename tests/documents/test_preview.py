"""Previews: the right pages at the right size, never more pixels than allowed."""

from __future__ import annotations

import io

import hostile
import pytest
from PIL import Image, ImageChops, ImageDraw

from b24app.documents.jobs.page_pictures import encoded
from b24app.documents.preview import page_images, page_sizes, page_texts
from b24app.domain.fields import PageSize
from b24app.errors import DocumentRefused


def test_pages_come_as_pictures_of_the_width_asked_for() -> None:
    pdf = hostile.to_bytes(hostile.plain(3))
    images = page_images(pdf, pages=[3, 1, 9, 3, 0], width_px=300)
    assert [(image.page, image.w_px, image.mime) for image in images] == [
        (3, 300, "image/png"),
        (1, 300, "image/png"),
    ]
    picture = Image.open(io.BytesIO(images[0].data))
    assert (picture.format, picture.size) == ("PNG", (images[0].w_px, images[0].h_px))
    assert len(page_images(pdf, pages=None, width_px=50)) == 3


def test_a_page_of_text_is_as_sharp_as_it_was_drawn_and_takes_fewer_bytes() -> None:
    """Its own colours, and a spot of another: within what nobody sees."""
    drawn = Image.new("RGB", (900, 1270), "white")
    pen = ImageDraw.Draw(drawn)
    for line in range(60):
        pen.text((60, 20 * line), "The Client accepts the services and pays for them. " * 3, fill=(28, 36, 48))
    pen.ellipse((800, 20, 812, 32), fill=(220, 20, 20))
    data, mime = encoded(drawn)
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert mime == "image/png"
    assert max(most for _, most in ImageChops.difference(shown, drawn).getextrema()) <= 64
    assert shown.getpixel((2, 2)) == (255, 255, 255)
    assert shown.getpixel((806, 26)) == pytest.approx((220, 20, 20), abs=16)
    other = io.BytesIO()
    drawn.save(other, "JPEG", quality=80)
    assert len(data) < len(other.getvalue()) / 2


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_photo_is_not_made_of_few_colours(share: float) -> None:
    drawn = Image.new("RGB", (900, 1270), "white")
    ramp = Image.merge(
        "RGB", (Image.linear_gradient("L"), Image.radial_gradient("L"), Image.effect_noise((256, 256), 60))
    )
    drawn.paste(ramp.resize((900, int(1270 * share))))
    assert encoded(drawn)[1] == "image/jpeg"


def test_a_grey_scan_is_no_page_of_few_colours() -> None:
    assert encoded(Image.effect_noise((900, 1270), 12).convert("RGB"))[1] == "image/jpeg"


def test_a_picture_too_small_to_read_is_made_fast() -> None:
    (image,) = page_images(hostile.to_bytes(hostile.plain(1)), pages=[1], width_px=160)
    assert (image.mime, image.w_px) == ("image/jpeg", 160)


def test_no_picture_exceeds_four_megapixels() -> None:
    (image,) = page_images(hostile.to_bytes(hostile.plain(size=(14000, 14000))), pages=[1], width_px=100_000)
    assert image.w_px * image.h_px < 4_010_000


def test_a_long_narrow_page_is_capped_too() -> None:
    (image,) = page_images(hostile.to_bytes(hostile.plain(size=(10, 14000))), pages=[1], width_px=900)
    assert image.w_px * image.h_px < 4_100_000


def test_sizes_are_as_displayed() -> None:
    pdf = hostile.plain()
    pdf.pages[0].Rotate, pdf.pages[0].CropBox = 90, [10, 20, 310, 220]
    assert page_sizes(hostile.to_bytes(pdf)) == (PageSize(200, 300),)


def test_the_text_of_every_page_is_there_for_screen_readers() -> None:
    assert [text.strip() for text in page_texts(hostile.to_bytes(hostile.plain(2)))] == ["Hello 1", "Hello 2"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 and nothing else %%EOF"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefused) as caught:
        page_sizes(data)
    assert caught.value.reason == "malformed"
