"""The cache of page pictures, by the content they show."""

from __future__ import annotations

from b24app.store.tables import PageImage, upsert


def find(document: str, page: int, width_px: int) -> str | None:
    found = PageImage.get_or_none(
        (PageImage.document == document) & (PageImage.page == page) & (PageImage.width_px == width_px)
    )
    return found.image_sha256 if found else None


def keep(document: str, page: int, width_px: int, image_sha256: str) -> None:
    upsert(PageImage, document=document, page=page, width_px=width_px, image_sha256=image_sha256)
