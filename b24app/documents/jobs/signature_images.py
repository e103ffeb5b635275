"""Jobs behind `documents.stamp`: from a photo or a drawing to ink on nothing; a picture as it is, re-encoded."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

from b24app.documents.job import Output
from b24app.errors import N_, DocumentRefused

PIXEL_LIMIT = 4_000_000
LARGEST = (1200, 600)
PICTURE_SIDE = 1600
FORMATS = ("PNG", "JPEG", "WEBP")

NOT_IMAGE = N_("This is not a picture we can read. Upload a PNG, JPEG or WebP file.")
TOO_MANY_PIXELS = N_("The picture has more than 4 megapixels. Choose a smaller one.")
BLANK = N_("There is no signature in this picture: it is blank. Sign with a dark pen on white paper.")

PAPER_CONTRAST = 24
"""How much darker than the paper around it (0..255) a pixel must be to count as ink; less is noise and shadow."""

FULL_INK_CONTRAST = 90
INK_SHARE = 0.0004
"""Less ink than this part of the picture is a speck, not a signature."""


def clean(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "image". Blob "png"."""
    picture = _decode(blobs["image"])
    ink = _drawn_ink(picture) if _has_clear_ground(picture) else _ink_on_paper(picture)
    return Output({}, {"png": _encode(_trimmed(ink))})


def picture(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "image". Blob "png"."""
    return Output({}, {"png": upright_png(blobs["image"])})


def upright_png(data: bytes) -> bytes:
    """Decode under the pixel limit, turn upright, shrink, encode anew. Raises: DocumentRefused."""
    shown = _decode(data)
    shown.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    return _encode(shown)


def _decode(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.format == "JPEG":
                picture.draft("RGB", _smaller(picture.size))
            if picture.width * picture.height > PIXEL_LIMIT:
                raise DocumentRefused(TOO_MANY_PIXELS, reason="too_large", field="signature")
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as e:
        raise DocumentRefused(NOT_IMAGE, reason="not_image", field="signature") from e


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    """JPEG can be decoded at 1/2, 1/4, 1/8: ask for what stays within the limit."""
    width, height = size
    while width * height > PIXEL_LIMIT:
        width, height = (width + 1) // 2, (height + 1) // 2
    return width, height


def _has_clear_ground(picture: Image.Image) -> bool:
    """Say whether the picture brings its own transparency: a drawing, not a photo."""
    return any(picture.getchannel("A").histogram()[:128])


def _drawn_ink(picture: Image.Image) -> Image.Image:
    """Keep a drawing as it is, but drop white that somebody drew on."""
    on_white = Image.new("RGBA", picture.size, "white")
    on_white.alpha_composite(picture)
    darkness = ImageChops.invert(on_white.convert("L")).point(lambda value: 255 if value > PAPER_CONTRAST else 0)
    picture.putalpha(ImageChops.darker(picture.getchannel("A"), darkness))
    return picture


def _ink_on_paper(picture: Image.Image) -> Image.Image:
    """Take what is darker than the paper around it; the paper's own brightness may vary across a photo."""
    grey = picture.convert("L")
    contrast = ImageChops.subtract(_paper(grey), grey)
    reach = FULL_INK_CONTRAST - PAPER_CONTRAST
    alpha = contrast.point(lambda value: max(0, min(255, (value - PAPER_CONTRAST) * 255 // reach)))
    picture.putalpha(alpha)
    return picture


def _paper(grey: Image.Image) -> Image.Image:
    """Estimate the paper without the ink: the brightest near every point, smoothed, worked out in small."""
    small = grey.resize((max(1, grey.width // 8), max(1, grey.height // 8)), Image.Resampling.BOX)
    bright = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(4))
    return bright.resize(grey.size, Image.Resampling.BILINEAR)


def _trimmed(picture: Image.Image) -> Image.Image:
    solid = picture.getchannel("A").point(lambda value: 255 if value > 40 else 0)
    box = solid.getbbox()
    ink_pixels = solid.histogram()[255]
    if not box or ink_pixels < INK_SHARE * picture.width * picture.height:
        raise DocumentRefused(BLANK, reason="blank", field="signature")
    trimmed = picture.crop(box)
    trimmed.thumbnail(LARGEST)
    return trimmed


def _encode(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(target, "PNG", optimize=True)
    return target.getvalue()
