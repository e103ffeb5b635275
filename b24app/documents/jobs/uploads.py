"""Job behind `documents.sources`: judge an uploaded PDF and clean it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import asdict
from typing import Any

import pikepdf
import pypdfium2

from b24app.clock import monotonic_s
from b24app.documents.job import Output
from b24app.documents.jobs.active_content import remove_active_content
from b24app.documents.jobs.bombs import refuse_bombs
from b24app.documents.jobs.facts import page_facts, scanned_pages, unembedded_fonts
from b24app.documents.jobs.form_fields import form_fields
from b24app.documents.jobs.normalise import FLATTENED_UNSURE, flatten_form, make_upright, saved
from b24app.documents.jobs.pdf_pages import MALFORMED, count_with_pdfium, is_signed, malformed_if_broken, page_box
from b24app.documents.jobs.text_tags import find_tags
from b24app.errors import N_, DocumentRefused

ENCRYPTED = N_("The PDF is protected by a password. Remove the password and upload it again.")
LOCKED = N_("The owner of the PDF does not allow changes to it. Ask for an unlocked file and upload that.")
TOO_MANY_PAGES = N_("The document has %(pages)s pages; at most %(limit)s can be sent. Split it and upload a part.")
EMPTY = N_("The PDF has no pages.")
XFA = N_("This is a dynamic XFA form, which only Adobe Reader can show. Print it as a new PDF and upload that.")
TRUNCATED = N_("The end of the PDF is missing; the file is probably incomplete. Upload it again.")

JUNK_CUT = N_("Extra data before the start of the PDF was removed.")
UNLOCKED = N_("The PDF was protected but allowed changes; the protection was removed.")
STAYS_ACTIVE = N_("The PDF is signed and stays as it is, with its scripts, actions or attached files.")

DOUBTFUL = (UNLOCKED, FLATTENED_UNSURE)
"""Notes that a sender must have seen before he sends."""

TRIAL_S = 1.5
"""How long we try to draw pages: what hangs the renderer is refused now rather than when somebody signs."""


def inspect(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: page_limit; blob "pdf". Data: pages, sizes, is_signed, notes, facts, candidates; blob "pdf"."""
    data, notes = _without_junk(blobs["pdf"])
    try:
        with malformed_if_broken(), pikepdf.open(io.BytesIO(data)) as pdf:
            return _judge(pdf, data, blobs["pdf"], notes, args["page_limit"])
    except pikepdf.PasswordError as e:
        raise DocumentRefused(ENCRYPTED, reason="encrypted") from e


def _judge(pdf: pikepdf.Pdf, data: bytes, original: bytes, notes: list[str], page_limit: int) -> Output:
    refuse_bombs(pdf)
    _check_pages(pdf, data, page_limit)
    boxes = [page_box(page, number) for number, page in enumerate(pdf.pages, start=1)]
    if pdf.Root.get("/NeedsRendering", False) and "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise DocumentRefused(XFA, reason="xfa")
    verdict = {"pages": len(boxes), "sizes": [asdict(box.size) for box in boxes]}
    about = {**page_facts(boxes), "unembedded": unembedded_fonts(pdf)}
    if is_signed(pdf):
        notes = [STAYS_ACTIVE] if remove_active_content(pdf) else []
        _draw_trial(original)
        about |= {"is_signed": True, "scanned": scanned_pages(original)}
        return Output(
            {**verdict, "is_signed": True, "notes": notes, "facts": about, "candidates": []}, {"pdf": original}
        )
    if pdf.is_encrypted:
        if not (pdf.allow.modify_other and pdf.allow.modify_annotation):
            raise DocumentRefused(LOCKED, reason="encrypted")
        notes = [*notes, UNLOCKED]
    places = form_fields(pdf, boxes)
    about["removed"] = remove_active_content(pdf)
    notes += flatten_form(pdf) + make_upright(pdf, boxes)
    clean = saved(pdf)
    _draw_trial(clean)
    about |= {"notes": [note for note in notes if note in DOUBTFUL], "scanned": scanned_pages(clean)}
    places += find_tags(clean)
    return Output({**verdict, "is_signed": False, "notes": notes, "facts": about, "candidates": places}, {"pdf": clean})


def _without_junk(data: bytes) -> tuple[bytes, list[str]]:
    if b"%%EOF" not in data.rstrip(b"\x00\r\n\t ")[-1024:]:
        raise DocumentRefused(TRUNCATED, reason="malformed")
    start = data.find(b"%PDF-", 0, 1024)
    return (data[start:], [JUNK_CUT]) if start > 0 else (data, [])


def _check_pages(pdf: pikepdf.Pdf, data: bytes, page_limit: int) -> None:
    pages = len(pdf.pages)
    if pages > page_limit:
        raise DocumentRefused(TOO_MANY_PAGES, reason="too_many_pages", pages=pages, limit=page_limit)
    if not pages:
        raise DocumentRefused(EMPTY, reason="malformed")
    if not pages == int(pdf.Root.Pages.Count) == count_with_pdfium(data):
        raise DocumentRefused(MALFORMED, reason="malformed")


def _draw_trial(data: bytes) -> None:
    """Draw pages very small until the time is up; a page that hangs ends this process."""
    until = monotonic_s() + TRIAL_S
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        for page in document:
            page.render(scale=min(1.0, 60 / max(page.get_size())))
            page.close()
            if monotonic_s() > until:
                return
