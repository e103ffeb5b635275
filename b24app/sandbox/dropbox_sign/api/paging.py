"""page and page_size of lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.sandbox.dropbox_sign import body
from b24app.sandbox.dropbox_sign.errors import bad

PAGE_SIZE, LONGEST = 20, 100


def page_of(items: Sequence[Any], args: Mapping[str, str]) -> tuple[list[Any], dict[str, int]]:
    """One page and its list_info; pages count from 1."""
    page = body.whole(args.get("page", "1"), "page")
    size = body.whole(args.get("page_size", str(PAGE_SIZE)), "page_size")
    if page < 1:
        raise bad("'page' must be at least 1", "page")
    if not 1 <= size <= LONGEST:
        raise bad(f"'page_size' must be between 1 and {LONGEST}", "page_size")
    pages = max(1, -(-len(items) // size))
    info = {"page": page, "num_pages": pages, "num_results": len(items), "page_size": size}
    return list(items[(page - 1) * size : page * size]), info
