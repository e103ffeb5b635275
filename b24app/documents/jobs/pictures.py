"""Job behind `documents.sources`: a photo or a scan becomes a PDF of one page."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from b24app.documents.job import Output
from b24app.documents.jobs.normalise import saved
from b24app.errors import N_, DocumentRefused

FORMATS = ("PNG", "JPEG")
LARGEST_PX = (2480, 3508)
"""A4 at 300 dpi: more than that no printer shows."""

PNG_PIXELS = 25_000_000
JPEG_PIXELS = 250_000_000
"""JPEG is decoded at a fraction of its size; PNG whole, at four bytes a pixel."""

A4 = (595.276, 841.89)
NARROW = 2.5
"""A picture more than so many times as long as wide is laid onto an A4 page, others make a page of their own shape."""

NOT_PICTURE = N_("This picture cannot be read. Save it as PNG or JPEG and upload it again.")
TOO_MANY_PIXELS = N_(
    "The picture has %(megapixels)s megapixels; at most %(limit)s. Save it smaller and upload it again."
)


def to_pdf(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "image". Blob "pdf": the picture on a page of at most A4, re-encoded; nothing of the file goes along."""
    picture = _decode(blobs["image"])
    pdf = pikepdf.new()
    _put_page(pdf, picture)
    return Output({}, {"pdf": saved(pdf)})


def _decode(data: bytes) -> Image.Image:
    """Read the picture upright, on white, no larger than a page can show."""
    Image.MAX_IMAGE_PIXELS = None  # our own limits come first
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _refuse_giants(picture)
            if picture.format == "JPEG":
                picture.draft("RGB", (LARGEST_PX[1], LARGEST_PX[1]))
            return _on_white(ImageOps.exif_transpose(_fitted(picture)))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as e:
        raise DocumentRefused(NOT_PICTURE, reason="not_image") from e


def _refuse_giants(picture: Image.Image) -> None:
    limit = JPEG_PIXELS if picture.format == "JPEG" else PNG_PIXELS
    pixels = picture.width * picture.height
    if pixels > limit:
        megapixels, most = pixels // 1_000_000, limit // 1_000_000
        raise DocumentRefused(TOO_MANY_PIXELS, reason="too_large", megapixels=megapixels, limit=most)


def _fitted(picture: Image.Image) -> Image.Image:
    exif = picture.info.get("exif")
    long = max(LARGEST_PX)
    if max(picture.size) > long:
        picture.thumbnail((long, long))
    if exif is not None:
        picture.info["exif"] = exif
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGB", "L"):
        return picture
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode == "CMYK":
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _put_page(pdf: pikepdf.Pdf, picture: Image.Image) -> None:
    page_w, page_h, w, h = _layout(*picture.size)
    pdf.add_blank_page(page_size=(page_w, page_h))
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=_stream(pdf, picture)))
    x, y = (page_w - w) / 2, (page_h - h) / 2
    page.Contents = pikepdf.Stream(pdf, f"q {w:.3f} 0 0 {h:.3f} {x:.3f} {y:.3f} cm /Picture Do Q".encode())


def _layout(w_px: int, h_px: int) -> tuple[float, float, float, float]:
    """Measure page and picture in points: width and height of each."""
    sheet = A4 if h_px >= w_px else (A4[1], A4[0])
    scale = min(sheet[0] / w_px, sheet[1] / h_px)
    w, h = w_px * scale, h_px * scale
    if max(w_px, h_px) > NARROW * min(w_px, h_px):
        return (*sheet, w, h)
    return w, h, w, h


def _stream(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=88)
    stream = pikepdf.Stream(pdf, target.getvalue())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = picture.width, picture.height, 8
    stream.ColorSpace = pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB
    stream.Filter = pikepdf.Name.DCTDecode
    return stream
