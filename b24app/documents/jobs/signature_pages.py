"""Job behind `documents.sources.append_signature_page`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pikepdf

from b24app.documents.coverage import without_fontless
from b24app.documents.job import Output
from b24app.documents.jobs.field_places import printable_parties, to_fields
from b24app.documents.jobs.labels import labels, language_of
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import is_signed, malformed_if_broken, page_box
from b24app.documents.jobs.stamping import SIGNED
from b24app.documents.text import one_line
from b24app.documents.typesetting import Typesetting, load_program
from b24app.domain.fields import PageSize
from b24app.errors import DocumentRefused

A4 = PageSize(595.276, 841.89)


def append(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: parties, title, locale; blob "pdf". Data: fields; blob "pdf"."""
    with malformed_if_broken(), pikepdf.open(io.BytesIO(blobs["pdf"])) as pdf:
        if is_signed(pdf):
            raise DocumentRefused(SIGNED, reason="signed")
        fields = add_pages(pdf, args)
        return Output({"fields": fields}, {"pdf": saved(pdf)})


def add_pages(pdf: pikepdf.Pdf, args: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put the page behind the others of an open PDF; args as `append`'s. Returns Field dictionaries."""
    first_page = len(pdf.pages) + 1
    typesetting = Typesetting(load_program("signature_page.typ"), _sheet(args, page_box(pdf.pages[-1], 1).size))
    with pikepdf.open(io.BytesIO(typesetting.pdf(tags=False))) as added:
        pdf.pages.extend(added.pages)
    return to_fields(typesetting.query("field"), first_page=first_page)


def _sheet(args: Mapping[str, Any], last: PageSize) -> dict[str, Any]:
    """Take the size of the last page where a signature block fits on it in height and width, else A4."""
    size = last if 400 <= last.w_pt <= 1000 and 500 <= last.h_pt <= 1300 else A4
    sheet, _missing = without_fontless(
        {
            "title": one_line(args["title"]),
            "language": language_of(args["locale"]),
            "labels": labels(args["locale"]),
            "parties": printable_parties(args["parties"]),
            "w_pt": size.w_pt,
            "h_pt": size.h_pt,
        }
    )
    return sheet
