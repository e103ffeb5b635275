"""Previews: the right pages at the right size, never more pixels than allowed."""

from __future__ import annotations

import io

import hostile
import pytest
from PIL import Image

from b24app.documents.preview import page_images, page_sizes, page_texts
from b24app.domain.fields import PageSize
from b24app.errors import DocumentRefused


def test_pages_come_as_pictures_of_the_width_asked_for() -> None:
    pdf = hostile.to_bytes(hostile.plain(3))
    images = page_images(pdf, pages=[3, 1, 9, 3, 0], width_px=300)
    assert [(image.page, image.w_px, image.mime) for image in images] == [
        (3, 300, "image/webp"),
        (1, 300, "image/webp"),
    ]
    picture = Image.open(io.BytesIO(images[0].data))
    assert (picture.format, picture.size) == ("WEBP", (images[0].w_px, images[0].h_px))
    assert len(page_images(pdf, pages=None, width_px=50)) == 3


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
