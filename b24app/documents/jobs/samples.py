"""Job behind `documents.sample`: say on every page that it is a sample."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

import pikepdf

from b24app.documents.job import Output
from b24app.documents.jobs.labels import labels
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import malformed_if_broken, page_box
from b24app.documents.jobs.stamping import lay_over
from b24app.documents.typesetting import Typesetting, load_program


def mark(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: locale; blob "pdf". Blob "pdf"."""
    with malformed_if_broken(), pikepdf.open(io.BytesIO(blobs["pdf"])) as pdf:
        numbers = range(1, len(pdf.pages) + 1)
        sheets = [asdict(page_box(pdf.pages[number - 1], number).size) for number in numbers]
        words = {"sheets": sheets, "watermark": labels(args["locale"])["sample"]}
        marks = Typesetting(load_program("sample.typ"), words)
        lay_over(pdf, list(numbers), marks.pdf(tags=False))
        return Output({}, {"pdf": saved(pdf)})
