"""Other makers, for comparison only. The same contract by WeasyPrint and LibreOffice, each warm and cold; bare docxtpl,
Typst and pdfium.

WeasyPrint stands in requirements-bench.txt; it draws with Pango, a library of the system (Debian: libpango-1.0-0,
libpangoft2-1.0-0). Neither is needed by the application.
"""

from __future__ import annotations

import importlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, Environment

from b24app.documents import office
from b24app.documents.jobs.docx_language import tree_of
from b24app.documents.typesetting import Typesetting
from tests.bench import papers
from tests.waiting import wait_for

COLD_WEASYPRINT = (
    "import sys; from weasyprint import HTML; HTML(string=sys.stdin.read()).write_pdf(sys.argv[1])"  # a process each
)
LINES = """#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4")
#set text(font: "Noto Sans", size: 7.8pt)
#for line in data.lines { par(line) }
#context [#metadata(here().page()) <end>]"""
LIMIT_S = 120


def missing_weasyprint() -> str:
    """Say why WeasyPrint cannot be used here; empty when it can."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: Pango or another library of the system
        return str(error).splitlines()[0]
    return ""


def weasyprint_warm(number: int) -> bytes:
    from weasyprint import HTML

    return bytes(HTML(string=papers.contract_html(number)).write_pdf() or b"")


def weasyprint_cold(number: int) -> bytes:
    """Do the same in a process of its own, its start included."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "contract.pdf"
        command = [sys.executable, "-c", COLD_WEASYPRINT, str(target)]
        subprocess.run(command, input=papers.contract_html(number), text=True, check=True, timeout=LIMIT_S)
        return target.read_bytes()


def lines_by_typst(number: int) -> bytes:
    """Set the events of a certificate as plain lines on an empty page; tagged, and asked where they end, as that is."""
    lines = [f"{event.at} {event.text}" for event in papers.certificate(number).events]
    setting = Typesetting(LINES, {"lines": lines})
    pdf = setting.pdf()
    setting.query("end")
    return pdf


def thumbnails_by_pdfium(pdf: bytes) -> None:
    """Read and draw each page, and make no file of it."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        page.render(scale=160 / page.get_width())
        page.close()
    document.close()


def docxtpl_alone(docx: bytes, number: int) -> bytes:
    """Fill a Word template in as the library does it, in an environment that forbids and notes nothing."""
    template, filled = DocxTemplate(io.BytesIO(docx)), io.BytesIO()
    values = tree_of(papers.values(number))
    template.render(values, jinja_env=Environment(undefined=ChainableUndefined), autoescape=True)
    template.save(filled)
    return filled.getvalue()


def libreoffice_cold(number: int) -> bytes:
    """Convert as the application does: a process, a profile and a guarded child each time."""
    return office.to_pdf(papers.contract_docx(number))[0]


class WarmOffice:
    """A LibreOffice that runs already; a conversion is handed to it by a second call of its program.

    It stays because it has a document open.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._profile = f"-env:UserInstallation=file://{directory}/profile"
        (directory / "open.docx").write_bytes(papers.contract_docx(0))
        command = [office.program(), self._profile, "--headless", "--norestore", "--nologo",
                   str(directory / "open.docx")]  # fmt: skip
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for((directory / ".~lock.open.docx#").exists, "an open document")

    def to_pdf(self, number: int) -> bytes:
        source = self._directory / f"contract{number}.docx"
        source.write_bytes(papers.contract_docx(number))
        command = [office.program(), self._profile, "--headless", "--convert-to", "pdf:writer_pdf_Export", "--outdir",
                   str(self._directory), str(source)]  # fmt: skip
        subprocess.run(command, check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return source.with_suffix(".pdf").read_bytes()


@contextmanager
def warm_office() -> Iterator[WarmOffice]:
    directory = Path(tempfile.mkdtemp(prefix="paraph-bench-"))
    running = WarmOffice(directory)
    try:
        yield running
    finally:
        os.killpg(running.process.pid, 9)
        running.process.wait(30)
        shutil.rmtree(directory, ignore_errors=True)
