"""Pages of a stored document as pictures, made once and kept by hash."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.documents.preview import page_images
from b24app.errors import N_, NotFound
from b24app.services.context import Context
from b24app.store import page_images as cache
from b24app.store.database import writing

WIDTHS_PX = (480, 900, 1400)
MIME = "image/webp"


def page_image(ctx: Context, sha256: str, page: int, width_px: int) -> tuple[bytes, str]:
    """Show a page (1-based) at the nearest offered width at or above the wish.

    Returns the picture and its media type. Raises: NotFound when there is no such page.
    """
    width = next((w for w in WIDTHS_PX if w >= width_px), WIDTHS_PX[-1])
    kept = cache.find(sha256, page, width)
    if kept is None:
        render_pages(ctx, sha256, ctx.blobs.get(sha256), [page], width)
        kept = cache.find(sha256, page, width)
    if kept is None:
        raise NotFound(N_("This document has no such page."))
    return ctx.blobs.get(kept), MIME


def render_pages(ctx: Context, sha256: str, pdf: bytes, pages: Sequence[int] | None, width_px: int) -> None:
    """Render pages (all when None) in one guarded run and keep the pictures."""
    pictures = [
        (picture.page, ctx.blobs.put(picture.data)) for picture in page_images(pdf, pages=pages, width_px=width_px)
    ]
    with writing():
        for page, image_sha256 in pictures:
            cache.keep(sha256, page, width_px, image_sha256)
