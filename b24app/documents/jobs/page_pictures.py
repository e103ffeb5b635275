"""Write a drawn page as a picture: one with few colours as a PNG of a palette, any other as a JPEG.

Text keeps its sharp edges in a PNG, and takes two thirds of the bytes that WebP takes and two fifths of JPEG's, in a
third of WebP's time (`make bench`); a photo or a scan does not.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

STEP = 4
"""A page is judged by every fourth pixel of every fourth row."""

COLOURS_SEEN, COLOURS_KEPT = 1024, 64
"""Up to how many colours a page is taken for few, and how many they become; soft edges of letters take a dozen."""

PAPER_SHARE = 0.5
"""How much of a page of text is the paper's colour at least; of a scan hardly any two pixels are the same."""

SMALL_PX = 300
"""Below this width letters cannot be read, and JPEG takes less time."""

PNG_LEVEL, JPEG_QUALITY = 1, 80


def encoded(page: Image.Image) -> tuple[bytes, str]:
    """Write a picture in RGB. Returns it with its media type."""
    palette = _few_colours(page) if page.width >= SMALL_PX else None
    if palette is None:
        return _written(page, "JPEG", quality=JPEG_QUALITY), "image/jpeg"
    few = page.quantize(palette=palette, dither=Image.Dither.NONE)
    return _written(few, "PNG", compress_level=PNG_LEVEL), "image/png"


def _few_colours(page: Image.Image) -> Image.Image | None:
    """Find the colours that show a page as it is; None when it takes more than a few."""
    size = max(page.width // STEP, 1), max(page.height // STEP, 1)
    sample = page.resize(size, Image.Resampling.NEAREST)
    colours: Any = sample.getcolors(COLOURS_SEEN)
    if colours is None:
        return None
    pixels, paper = max(colours)
    if pixels < PAPER_SHARE * size[0] * size[1]:
        return None
    few = sample.quantize(COLOURS_KEPT, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return _with_its_paper(few, paper)


def _with_its_paper(few: Image.Image, paper: Sequence[int]) -> Image.Image:
    """Give the paper its own colour back, of which such a palette has the mean with its neighbours."""
    pixels, palette = few.histogram(), few.getpalette() or []
    place = 3 * pixels.index(max(pixels))
    palette[place : place + 3] = paper
    few.putpalette(palette)
    return few


def _written(picture: Image.Image, kind: str, **how: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()
