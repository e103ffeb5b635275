"""What each job on a document costs, as a multiple of S: one B-B seal by bare pyHanko with a key that was parsed once.

Jobs run in this process as they run in a guarded child that is warm; what a child itself costs has a line of its own. A
round runs S and every job once, so that a busy machine slows all alike; a figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

import pikepdf

from b24app.documents import office, pool
from b24app.documents.jobs import docx_templates, previews, stamping, templates, text_tags
from b24app.documents.preview import page_images
from b24app.documents.templates import render_template
from b24app.evidence import _validation
from b24app.evidence.authority import create_authority
from b24app.evidence.boxes import SealBox
from b24app.evidence.certificate import _for_typst, _qr_svg
from b24app.evidence.jobs import typeset
from b24app.evidence.seal import Sealer
from tests.bench import children, makers, papers
from tests.bench.bench_seal import bare_pyhanko, document, time_ms
from tests.bench.lines import Line

ROUNDS, CHILD_ROUNDS, MAKER_ROUNDS, WARM_UP = 20, 8, 4, 2
KB = 1000


class Job(NamedTuple):
    """One act of a round; it gets the round's number. `limit` in S, for each of its `parts`; 0: for comparison only."""

    what: str
    limit: float
    act: Callable[[int], object]
    parts: int = 1


@dataclass
class Bench:
    """What the jobs work on, made once."""

    sealer: Sealer
    pdf: bytes = field(default_factory=lambda: document(5))
    ten: bytes = field(default_factory=papers.ten_pages)
    tagged: bytes = field(default_factory=papers.ten_tagged_pages)
    scanned: bytes = field(default_factory=papers.scanned_pages)
    word: bytes = field(default_factory=papers.template_docx)

    def __post_init__(self) -> None:
        self.entries = papers.stamping(self.ten)
        self.signatures = [papers.signature(number) for number in range(ROUNDS + WARM_UP)]
        self.sealed = self.seal()
        self._bare = bare_pyhanko(self.sealer.authority)

    def seal(self, box: SealBox | None = None) -> bytes:
        return self.sealer.seal(self.pdf, reason="Completed", now=datetime.now(UTC), seal_box=box).pdf

    def base(self, _number: int) -> object:
        """S."""
        return self._bare(self.pdf)

    def validate(self, _number: int) -> object:
        return _validation.examine(self.sealed, self.sealer._roots, datetime.now(UTC))

    def stamp(self, number: int) -> object:
        """Each time with other words and another signature: Typst remembers what it has set."""
        args, blobs = self.entries
        items = [{**item, "text": item["text"] and f"{item['text']} {number}"} for item in args["items"]]
        return stamping.stamp({"items": items}, {**blobs, "image-ink": self.signatures[number]})

    def draw(self, width_px: int, pdf: bytes = b"") -> object:
        return previews.images({"pages": None, "width_px": width_px}, {"pdf": pdf or self.ten})

    def by_a_child(self, _number: int) -> object:
        """What somebody waits for when no child is free: one is forked."""
        pool._pool.close(ours=True)
        return page_images(self.ten, pages=[1], width_px=900)

    def by_the_first_child(self, _number: int) -> object:
        """The same after ten minutes without any document: what children are forked from is started as well."""
        pool.close_all()
        return page_images(self.ten, pages=[1], width_px=900)


def bench_documents() -> Iterator[Line]:
    """Measure everything, in a directory that is private and empty as a child's is."""
    bench = Bench(Sealer(create_authority("Nordwind Trade GmbH", datetime.now(UTC))))
    starts = [
        Job("a guarded child started, file opened, first page drawn", 5, bench.by_a_child),
        Job("the same, what children are forked from started as well", 0, bench.by_the_first_child),
    ]
    with tempfile.TemporaryDirectory() as directory, chdir(directory):
        yield from _measured(bench, _jobs(bench), ROUNDS)
        yield from _measured(bench, starts, CHILD_ROUNDS)
        yield from _contract_by_all(bench)
    yield from _growth(bench)
    yield from children.memory(bench.ten, bench.entries)


def _jobs(bench: Bench) -> list[Job]:
    word = bench.word
    return [
        Job("template of three pages, warm", 2, _contract),
        Job("Word template filled in", 1, lambda n: docx_templates.fill(papers.filling(n), {"docx": word})),
        Job("the same by docxtpl alone, without any check", 0, lambda n: makers.docxtpl_alone(word, n)),
        Job("40 fields stamped on 10 pages", 1.5, bench.stamp),
        Job("certificate page of 40 events", 0.5, lambda n: typeset.certificate(_for_typst(papers.certificate(n)), {})),
        Job("its forty lines alone, plain on an empty page", 0, makers.lines_by_typst),
        Job("its QR code alone", 0, lambda n: _qr_svg(papers.certificate(n).verification_url)),
        Job("seal with its own check", 1.3, lambda _n: bench.seal()),
        Job("full validation of a B-B seal", 0.5, bench.validate),
        Job("search for text tags, a page", 0.1, lambda _n: text_tags.candidates({}, {"pdf": bench.tagged}), 10),
        Job("preview of 900 px, a page of text", 0.8, lambda _n: bench.draw(900), papers.PAGES),
        Job("preview of 900 px, a scanned page", 0, lambda _n: bench.draw(900, bench.scanned), papers.SCANS),
        Job("thumbnail of 160 px, a page", 0.06, lambda _n: bench.draw(160), papers.PAGES),
        Job(
            "the same by pdfium alone, no file made", 0, lambda _n: makers.thumbnails_by_pdfium(bench.ten), papers.PAGES
        ),
    ]


def _measured(bench: Bench, jobs: Sequence[Job], rounds: int) -> Iterator[Line]:
    acts = [bench.base, *(job.act for job in jobs)]
    rows = [[time_ms(lambda act=act, n=n: act(n)) for act in acts] for n in range(rounds + WARM_UP)][WARM_UP:]
    base_ms = statistics.median(row[0] for row in rows)
    for column, job in enumerate(jobs, 1):
        ratio = statistics.median(row[column] / row[0] for row in rows) / job.parts
        words = f"{ratio:.2f} S ({ratio * base_ms:.1f} ms; S {base_ms:.1f} ms)"
        budget, kept = (f"<= {job.limit:g} S", ratio <= job.limit) if job.limit else ("", True)
        yield Line(job.what, words, budget, kept)


def _contract(number: int) -> bytes:
    return templates.render(papers.contract_args(number), {}).blobs["pdf"]


def _contract_cold(number: int) -> bytes:
    """By a child that nobody has started ahead."""
    pool.close_all()
    return render_template(**{**papers.contract_args(number), "parties": papers.PARTIES}).pdf


def _contract_by_all(bench: Bench) -> Iterator[Line]:
    """The same three pages by us and by others."""
    yield from _compare(bench, "our templates", _contract, _contract_cold)
    if missing := makers.missing_weasyprint():
        yield Line("the same contract by WeasyPrint", f"left out: {missing}")
    else:
        yield from _compare(bench, "WeasyPrint", makers.weasyprint_warm, makers.weasyprint_cold)
    if not office.is_available():
        yield Line("the same contract by LibreOffice", "left out: LibreOffice is not installed")
        return
    with makers.warm_office() as running:
        yield from _compare(bench, "LibreOffice", running.to_pdf, makers.libreoffice_cold)
        yield Line("memory of a LibreOffice that stays", f"{children.most_mb(running.process.pid):.0f} MB")


def _compare(bench: Bench, who: str, warm: Callable[[int], bytes], cold: Callable[[int], bytes]) -> Iterator[Line]:
    pages = len(pikepdf.open(BytesIO(warm(0))).pages)
    jobs = [
        Job(f"the contract ({pages} pages) by {who}, {how}", 0, act) for how, act in (("warm", warm), ("cold", cold))
    ]
    yield from _measured(bench, jobs, MAKER_ROUNDS)


def _growth(bench: Bench) -> Iterator[Line]:
    """What a seal adds to the file: bytes for the signature and its certificates, and the picture where it is seen."""
    for what, box in (("an invisible", None), ("a visible", SealBox(1, 60, 60, 240, 90))):
        grown = (len(bench.seal(box)) - len(bench.pdf)) / KB
        limit = 10 if box is None else 0
        yield Line(
            f"{what} seal adds to the file", f"{grown:.1f} kB", "<= 10 kB" if limit else "", not limit or grown <= limit
        )
