"""Job behind `documents.merging`: several PDFs one after the other, their titles as bookmarks."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

import pikepdf

from b24app.documents.job import Output
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import malformed_if_broken, page_box
from b24app.documents.jobs.signature_pages import add_pages
from b24app.documents.text import one_line
from b24app.errors import N_, DocumentRefused

TOO_MANY = N_("Together the files have %(pages)s pages; at most %(limit)s can be sent. Remove a file from the list.")


def merge(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: titles, page_limit, sheet (None, or args of signature_pages.append); blobs "0", "1", ... in order.

    Data: first_pages (1-based), sizes, fields (of the sheet); blob "pdf".
    """
    result, first_pages = pikepdf.new(), []
    with malformed_if_broken():
        opened = [pikepdf.open(io.BytesIO(blobs[str(index)])) for index in range(len(blobs))]
        _check(sum(len(pdf.pages) for pdf in opened), args["page_limit"])
        for pdf in opened:
            first_pages.append(len(result.pages) + 1)
            _drop_inner_links(pdf)
            result.pages.extend(pdf.pages)
        if len(opened) > 1:
            _add_bookmarks(result, args["titles"], first_pages)
        fields = add_pages(result, args["sheet"]) if args["sheet"] else []
        sizes = [asdict(page_box(page, number).size) for number, page in enumerate(result.pages, start=1)]
        merged = saved(result)
    return Output({"first_pages": first_pages, "sizes": sizes, "fields": fields}, {"pdf": merged})


def _check(pages: int, limit: int) -> None:
    if pages > limit:
        raise DocumentRefused(TOO_MANY, reason="too_many_pages", pages=pages, limit=limit)


def _drop_inner_links(pdf: pikepdf.Pdf) -> None:
    """Keep links to the web only: one to a page would bring a second copy of that page along."""
    for page in pdf.pages:
        links: Any = page.obj.get("/Annots", [])
        kept = [link for link in links if link.get("/Subtype") == "/Link" and _leads_to_the_web(link.get("/A"))]
        if "/Annots" in page.obj:
            page.obj["/Annots"] = pikepdf.Array(kept)
        if "/StructParents" in page.obj:
            del page.obj["/StructParents"]


def _leads_to_the_web(action: Any) -> bool:
    return isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/URI"


def _add_bookmarks(pdf: pikepdf.Pdf, titles: list[str], first_pages: list[int]) -> None:
    with pdf.open_outline() as outline:
        for title, page in zip(titles, first_pages, strict=True):
            outline.root.append(pikepdf.OutlineItem(one_line(title) or "Document", page - 1))
