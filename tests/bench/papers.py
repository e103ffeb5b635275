"""The papers that documents' bench works on: a contract of three pages, ten pages to stamp and search, a certificate.

The contract is the example that ships with us. For other makers it is written down in their notation, already filled
in: HTML for WeasyPrint, a Word document for LibreOffice; same words, size of type and margins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import docx
import pikepdf
from docx.shared import Mm, Pt
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw

from b24app.documents.fonts import FONTS_DIR
from b24app.documents.stamp import typed_signature
from b24app.documents.templates import PartyBlock, example, render_template
from b24app.domain.fields import APPROVER, Field, FieldType
from b24app.evidence.certificate import CertificateData, EventEntry, PersonEntry
from b24app.sandbox.examples import pdf as plain_pdf
from tests.documents.samples import VALUES

PAGES, SCANS, FIELDS, EVENTS = 10, 3, 40, 40
PARTIES = [PartyBlock("1", "Client", "Oksana Shevchenko"), PartyBlock(APPROVER, "Contractor", "Katrin Vogel")]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SENTENCE = "The Contractor provides the services listed below, and the Client accepts and pays for them. "

_PLACE = re.compile(r'\{\{\s*([\w.]+)\??\s*(?:\|\s*"([^"]*)"\s*)?\}\}')
_BLOCKS = {
    "products": """| Service | Quantity | Price | Sum |
|---|---|---|---|
| Design | 1 | €4,200.00 | €4,200.00 |
| Розробка | 60 h | €95.00 | €5,700.00 |
| | | Total | €11,781.00 |""",
    "signatures": """| Client | Contractor |
|---|---|
| Signature: ____________________ | Signature: ____________________ |
| Name: Oksana Shevchenko | Name: Katrin Vogel |
| Date: ____________________ | Date: ____________________ |""",
}
_STYLE = f"""
@font-face {{ font-family: "Noto Sans"; src: url("file://{FONTS_DIR}/noto-sans/NotoSans_400Regular.ttf"); }}
@page {{ size: A4; margin: 22mm; }}
body {{ font: 10pt/1.45 "Noto Sans"; text-align: justify; }}
h1 {{ font-size: 18pt; }} h2 {{ font-size: 12pt; }}
table {{ width: 100%; border-collapse: collapse; }} td, th {{ border-bottom: 0.5pt solid #999; padding: 3pt; }}
"""


def values(number: int) -> dict[str, Any]:
    """What fills the contract: each time another number, so that no typesetter finds it done already."""
    return {**VALUES, "document.number": f"2026-{number:06}"}


def filling(number: int) -> dict[str, Any]:
    """The same values as the job takes them that fills a Word template in (jobs.docx_templates:fill)."""
    return {"values": values(number), "ticks": {}}


def contract_args(number: int) -> dict[str, Any]:
    """The contract as our own job takes it (jobs.templates:render)."""
    parties = [vars(party) for party in PARTIES]
    return {
        "markdown": example(), "values": values(number), "locale": "en", "parties": parties, "ticks": {},
        "sample": False,
    }  # fmt: skip


def contract_html(number: int) -> str:
    body = MarkdownIt("commonmark").enable("table").render(_filled(number))
    return f'<!doctype html><html lang="en"><head><style>{_STYLE}</style></head><body>{body}</body></html>'


def contract_docx(number: int) -> bytes:
    return _as_docx(_filled(number))


def template_docx() -> bytes:
    """The contract as a template in Word, its placeholders still to be filled in."""
    without_blocks = _PLACE.sub(lambda place: _BLOCKS.get(place[1]) or f"{{{{ {place[1]} }}}}", example())
    return _as_docx(without_blocks)


def ten_pages() -> bytes:
    """A typeset document, a page full of text each."""
    pages = (f"# Part {number}\n\n" + "\n\n".join([SENTENCE * 4] * 7) for number in range(1, PAGES + 1))
    markdown = "\n\n{{ page_break }}\n\n".join(pages)
    return render_template(markdown, {}, locale="en", parties=PARTIES, ticks={}).pdf


def ten_tagged_pages() -> bytes:
    """Another maker's document: text and four text tags on each page."""
    tags = [f"{kind}: {{{{{kind}:signer1:w=140:h=20}}}}" for kind in "sidn"]
    made, out = pikepdf.new(), BytesIO()
    for number in range(1, PAGES + 1):
        page = plain_pdf.write(f"Part {number}", "Four places", [SENTENCE * 4, *tags])
        made.pages.extend(pikepdf.open(BytesIO(page)).pages)
    made.save(out)
    return out.getvalue()


def scanned_pages() -> bytes:
    """Pages as a scanner makes them: 150 pixels an inch, a JPEG each, with the noise of paper."""
    noise = Image.merge("RGB", [Image.effect_noise((1240, 1754), 18)] * 3)
    sheet = Image.blend(Image.new("RGB", noise.size, "white"), noise, 0.15)
    pen, out = ImageDraw.Draw(sheet), BytesIO()
    for line in range(60):
        pen.text((120, 100 + 26 * line), SENTENCE, fill=(40, 40, 46))
    sheet.save(out, "PDF", resolution=150, quality=80, save_all=True, append_images=[sheet] * (SCANS - 1))
    return out.getvalue()


def stamping(pdf: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Forty entries on ten pages, every fourth a signature: what the job takes (jobs.stamping:stamp)."""
    items = [
        {**field.to_dict(), "text": "" if field.type is FieldType.SIGNATURE else f"{field.label} Оксана",
         "image": "ink" if field.type is FieldType.SIGNATURE else ""}
        for field in _fields()
    ]  # fmt: skip
    return {"items": items}, {"pdf": pdf, "image-ink": signature(0)}


def signature(number: int) -> bytes:
    """A typed signature, each time another."""
    return typed_signature(f"Oksana Shevchenko {number}")


def certificate(number: int) -> CertificateData:
    """A certificate with two signers, an approver and a trail of forty events."""
    people = [
        PersonEntry(name, f"{name.split()[0].lower()}@kava.example", "Acme", "e-mail link", "203.0.113.5",
                    "Mozilla/5.0 (Android 15)", NOW, NOW, NOW)
        for name in ("Ann Lee", "Оксана Шевченко", "Katrin Vogel")
    ]  # fmt: skip
    events = [
        EventEntry(NOW + timedelta(minutes=n), f"Opened the document: Ann Lee ({number}/{n})") for n in range(EVENTS)
    ]
    return CertificateData(
        f"bench-{number}", "Services agreement", "0f" * 32, "1e" * 32, PAGES, tuple(people[:2]), tuple(events),
        "2d" * 32, f"https://sign.example.com/v/bench-{number}", people[2],
    )  # fmt: skip


def _fields() -> Iterator[Field]:
    for number in range(FIELDS):
        kind = FieldType.TEXT if number % 4 else FieldType.SIGNATURE
        y_pt = 120.0 + 150 * (number % 4)
        yield Field(f"f{number}", "1", kind, number // 4 + 1, 70, y_pt, 160, 40, label=f"Entry {number}")


def _filled(number: int) -> str:
    """Put the values in as text: what stands alone and has no value goes, a block becomes a table."""
    known = values(number)
    return _PLACE.sub(lambda place: _BLOCKS.get(place[1]) or str(known.get(place[1]) or place[2] or ""), example())


def _as_docx(markdown: str) -> bytes:
    made, out = docx.Document(), BytesIO()
    style, page = made.styles["Normal"], made.sections[0]
    style.font.name, style.font.size = "Noto Sans", Pt(10)
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(22)
    for block in markdown.split("\n\n"):
        _add(made, block.strip().replace("**", ""))
    made.save(out)
    return out.getvalue()


def _add(made: Any, block: str) -> None:
    if block.startswith("|"):
        rows = [line.strip("|").split("|") for line in block.splitlines() if not line.startswith("|---")]
        table = made.add_table(len(rows), len(rows[0]), style="Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=False):  # the example leaves out an empty last one
                cell.text = text.strip()
    elif block.startswith("#"):
        made.add_heading(block.lstrip("# "), len(block) - len(block.lstrip("#")))
    else:
        made.add_paragraph(block)
