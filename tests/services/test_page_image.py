"""Pictures of pages: made once, a few at a time, and one that cannot be drawn spoils no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from b24app.errors import NotFound
from b24app.services.page_image import page_image
from b24app.store import derived
from b24app.store.database import reading
from tests.documents.hostile import plain, to_bytes
from tests.services.desk import Desk


def kept(sha256: str, pages: int) -> list[int]:
    return [page for page in range(1, pages + 1) if derived.find(sha256, f"picture:{page}:480")]


def test_the_next_pages_are_drawn_along(desk: Desk):
    sha256 = desk.ctx.blobs.put(to_bytes(plain(8)))
    picture, mime = page_image(desk.ctx, sha256, 3, 480)
    assert (picture[:4], mime) == (b"\x89PNG", "image/png")
    assert kept(sha256, 8) == [3, 4, 5, 6]
    with pytest.raises(NotFound):
        page_image(desk.ctx, sha256, 9, 480)


def test_of_several_who_ask_at_once_one_draws(desk: Desk):
    sha256 = desk.ctx.blobs.put(to_bytes(plain(4)))

    def ask(page: int) -> bytes:
        with reading():
            return page_image(desk.ctx, sha256, page, 480)[0]

    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(ask, [1, 2, 3, 4]))
    assert len(set(pictures)) == 4
    assert kept(sha256, 4) == [1, 2, 3, 4]
