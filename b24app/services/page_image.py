"""Pages of a stored document as pictures and as text, and their sizes: made once and kept by hash."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

from b24app.documents import preview
from b24app.domain.fields import PageSize
from b24app.errors import N_, DocumentRefused, NotFound
from b24app.services.context import Context
from b24app.store import derived
from b24app.store.database import writing

WIDTHS_PX = (480, 900, 1400)
PNG_HEAD = b"\x89PNG"
PAGES_AT_ONCE = 4

_turns = [threading.Lock() for _ in range(32)]


def page_image(ctx: Context, sha256: str, page: int, width_px: int) -> tuple[bytes, str]:
    """Show a page (1-based) at the nearest offered width at or above the wish.

    Returns the picture and its media type. Raises: NotFound when there is no such page.
    """
    width = next((w for w in WIDTHS_PX if w >= width_px), WIDTHS_PX[-1])
    kept = derived.find(sha256, _kind(page, width))
    if kept is None:
        kept = _drawn(ctx, sha256, page, width)
    if kept is None:
        raise NotFound(N_("This document has no such page."))
    picture = ctx.blobs.get(kept)
    return picture, "image/png" if picture.startswith(PNG_HEAD) else "image/jpeg"


def _drawn(ctx: Context, sha256: str, page: int, width_px: int) -> str | None:
    """Draw a page and the next few, which a reader scrolls to next; of several who ask at once, one draws."""
    with _turns[hash((sha256, width_px)) % len(_turns)]:
        kept = derived.find(sha256, _kind(page, width_px))
        if kept is not None:
            return kept
        pdf = ctx.blobs.get(sha256)
        try:
            render_pages(ctx, sha256, pdf, range(page, page + PAGES_AT_ONCE), width_px)
        except DocumentRefused:  # perhaps one of the others: then this one alone
            render_pages(ctx, sha256, pdf, [page], width_px)
        return derived.find(sha256, _kind(page, width_px))


def render_pages(ctx: Context, sha256: str, pdf: bytes, pages: Sequence[int], width_px: int) -> None:
    """Render some pages (1-based) in one guarded run and keep the pictures."""
    pictures = preview.page_images(pdf, pages=pages, width_px=width_px)
    kept = [(picture.page, ctx.blobs.put(picture.data)) for picture in pictures]
    with writing():
        for page, image_sha256 in kept:
            derived.keep(sha256, _kind(page, width_px), image_sha256)


def page_texts(ctx: Context, sha256: str) -> tuple[str, ...]:
    """The text of each page, for readers who cannot see the pictures."""
    kept = derived.find(sha256, "texts")
    if kept is not None:
        return tuple(json.loads(ctx.blobs.get(kept)))
    texts = preview.page_texts(ctx.blobs.get(sha256))
    kept = ctx.blobs.put(json.dumps(texts).encode())
    with writing():
        derived.keep(sha256, "texts", kept)
    return texts


def page_sizes_of(ctx: Context, sha256: str) -> tuple[PageSize, ...]:
    """Measure the pages of a stored document, once."""
    kept = derived.find(sha256, "sizes")
    if kept is not None:
        return tuple(PageSize(w, h) for w, h in json.loads(ctx.blobs.get(kept)))
    sizes = tuple(preview.page_sizes(ctx.blobs.get(sha256)))
    kept = ctx.blobs.put(json.dumps([[size.w_pt, size.h_pt] for size in sizes]).encode())
    with writing():
        derived.keep(sha256, "sizes", kept)
    return sizes


def _kind(page: int, width_px: int) -> str:
    return f"picture:{page}:{width_px}"
