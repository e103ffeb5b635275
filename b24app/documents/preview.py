"""Show a PDF without giving it away: page images, page sizes, and the text of each page for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.documents import guard
from b24app.domain.fields import PageSize

_JOBS = "b24app.documents.jobs.previews"


@dataclass(frozen=True)
class PageImage:
    """One page as a picture. `page` is 1-based; `mime` is "image/png" or "image/jpeg"."""

    page: int
    data: bytes
    mime: str
    w_px: int
    h_px: int


def page_images(pdf: bytes, *, pages: Sequence[int] | None, width_px: int) -> tuple[PageImage, ...]:
    """Draw pages (1-based; None for all) at `width_px`, less where that would exceed 4 megapixels.

    Ask for a dozen at a time: the limits of the guard hold for all together (a page takes about 10 ms). A page
    number outside the document is left out. Raises: DocumentRefused (too_complex, malformed).
    """
    args = {"pages": None if pages is None else list(pages), "width_px": width_px}
    output = guard.run(f"{_JOBS}:images", args, {"pdf": pdf})
    return tuple(PageImage(data=output.blobs[str(image["page"])], **image) for image in output.data["images"])


def page_sizes(pdf: bytes) -> tuple[PageSize, ...]:
    """Measure all pages as displayed."""
    output = guard.run(f"{_JOBS}:sizes", {}, {"pdf": pdf})
    return tuple(PageSize(**size) for size in output.data["sizes"])


def page_texts(pdf: bytes) -> tuple[str, ...]:
    """Read the text of every page, in the order the file draws it; "" for scanned pages."""
    output = guard.run(f"{_JOBS}:texts", {}, {"pdf": pdf})
    return tuple(output.data["texts"])
