"""The same contract by other makers, for comparison only: WeasyPrint and LibreOffice, each warm and cold; bare docxtpl.

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

from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, Environment

from b24app.documents import office
from b24app.documents.jobs.docx_language import tree_of
from tests.bench import papers
from tests.waiting import wait_for

COLD_WEASYPRINT = (
    "import sys; from weasyprint import HTML; HTML(string=sys.stdin.read()).write_pdf(sys.argv[1])"  # a process each
)
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
