"""Sealing."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from b24app.errors import DocumentRefused, InvalidPayload
from b24app.evidence import seal as seal_module
from b24app.evidence._pades import KeptKeySigner
from b24app.evidence.authority import create_authority
from b24app.evidence.boxes import SealBox
from b24app.evidence.seal import Sealer
from b24app.evidence.verify import verify

from .conftest import NOW, URL, make_pdf

BOX = SealBox(page=2, x_pt=300, y_pt=100, w_pt=196, h_pt=84)


def opened(pdf: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(pdf)
    return path


def test_importing_the_room_does_not_load_heavy_libraries():
    light = Path(seal_module.__file__).parent.glob("[a-z]*.py")
    modules = sorted(path.stem for path in light)
    code = "import sys\n" + "".join(f"import b24app.evidence.{m}\n" for m in modules)
    code += "print([m for m in ('pyhanko', 'asn1crypto', 'pikepdf', 'typst') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_seal_is_pades_certified_against_any_change(sealed):
    with pikepdf.open(BytesIO(sealed.pdf)) as pdf:
        seal = pdf.Root.Perms.DocMDP
        assert seal.SubFilter == "/ETSI.CAdES.detached"
        assert seal.Reference[0].TransformParams.P == 1
        assert str(seal.ContactInfo) == URL
        assert str(seal.M) == "D:20260728120344Z"


def test_digest_is_of_the_sealed_file_and_the_document_stays_in_front(sealed, document):
    assert sealed.sha256 == hashlib.sha256(sealed.pdf).hexdigest()
    assert sealed.pdf.startswith(document)


def test_visible_seal_stands_where_it_was_asked_for(nordwind, document):
    sealed = Sealer(nordwind).seal(document, reason="Завершено", now=NOW, seal_box=BOX, locale="uk")
    with pikepdf.open(BytesIO(sealed.pdf)) as pdf:
        widget = pdf.pages[1].Annots[0]
        assert [float(edge) for edge in widget.Rect] == [300, 842 - 184, 496, 842 - 100]
        assert "/SealPicture" in widget.AP.N.Resources.XObject


def test_visible_seal_can_be_read(nordwind, document, tmp_path):
    sealed = Sealer(nordwind).seal(document, reason="Завершено", now=NOW, seal_box=BOX, locale="uk")
    text = subprocess.run(
        ["pdftotext", str(opened(sealed.pdf, tmp_path)), "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in ("ЕЛЕКТРОННА ПЕЧАТКА", "2026-07-28 12:03:44 UTC", "Завершено"):
        assert words in text


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler is not installed")
def test_poppler_agrees(sealed, tmp_path):
    said = subprocess.run(["pdfsig", str(opened(sealed.pdf, tmp_path))], capture_output=True, text=True).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_qpdf_finds_no_fault(sealed, tmp_path):
    assert subprocess.run(["qpdf", "--check", str(opened(sealed.pdf, tmp_path))], capture_output=True).returncode == 0


def test_sealed_document_takes_no_second_seal(stranger, sealed):
    with pytest.raises(DocumentRefused) as refusal:
        Sealer(stranger).seal(sealed.pdf, reason="Me too", now=NOW)
    assert refusal.value.reason == "unsealable"


@pytest.mark.parametrize("junk", [b"", b"hello", b"%PDF-1.7\n%%EOF\n", make_pdf()[:-300]])
def test_what_is_no_pdf_is_refused_in_words(nordwind, junk):
    with pytest.raises(DocumentRefused):
        Sealer(nordwind).seal(junk, reason="Completed", now=NOW)


def test_broken_page_tree_is_not_sealed_visibly(nordwind, document):
    box = SealBox(page=9, x_pt=0, y_pt=0, w_pt=100, h_pt=40)
    with pytest.raises(DocumentRefused):
        Sealer(nordwind).seal(document, reason="Completed", now=NOW, seal_box=box)


def test_expired_certificate_does_not_seal(nordwind, document):
    with pytest.raises(InvalidPayload, match="not valid at this moment"):
        Sealer(nordwind).seal(document, reason="Completed", now=NOW + timedelta(days=366 * 20 + 1))


def test_a_long_name_and_every_script_fit_the_reserved_space(document):
    sealer = Sealer(create_authority("Ї" * 64, NOW))
    for _ in range(8):  # ECDSA signatures vary in length
        assert sealer.seal(document, reason="雪 شكرا", now=NOW).sha256


def test_file_grows_by_the_seal_only(sealed, document):
    assert len(sealed.pdf) - len(document) < 10_000


def test_reader_sees_one_seal(sealed):
    assert len(PdfFileReader(BytesIO(sealed.pdf)).embedded_signatures) == 1


def test_seal_over_a_strangers_signature_leaves_it_valid(nordwind, stranger, document):
    signed = Sealer(stranger).seal_over(document, reason="Signed elsewhere", now=NOW).pdf
    sealed = Sealer(nordwind).seal_over(signed, reason="Completed", now=NOW, verification_url=URL).pdf
    verdict = verify(sealed, [nordwind.root_pem], NOW)
    assert sealed.startswith(signed)
    assert verdict.is_ours
    assert [(seal.intact, seal.trusted) for seal in verdict.seals] == [(True, False), (True, True)]


def locking_all_fields(pdf: bytes, authority) -> bytes:
    out = BytesIO()
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    meta = PdfSignatureMetadata(field_name="Locking", md_algorithm="sha256")
    signer = PdfSigner(meta, KeptKeySigner(authority), new_field_spec=SigFieldSpec("Locking", field_mdp_spec=lock))
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out)
    return out.getvalue()


def test_a_certificate_that_nobody_here_trusts_is_a_finding_and_no_line_in_the_log(
    nordwind, stranger, document, caplog
):
    signed = Sealer(stranger).seal_over(document, reason="Signed elsewhere", now=NOW).pdf
    Sealer(nordwind).seal_over(signed, reason="Completed", now=NOW)
    assert caplog.records == []
    log = logging.getLogger("pyhanko.sign.validation.generic_cms")
    try:
        raise ValueError("odd")
    except ValueError as error:
        log.error("Processing error in validation process", exc_info=error)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("case", ["certified against changes", "locks all fields", "changed already", "not a PDF"])
def test_where_signatures_leave_no_room_the_seal_goes_elsewhere(case, nordwind, stranger, sealed, document):
    files = {
        "certified against changes": lambda: sealed.pdf,
        "locks all fields": lambda: locking_all_fields(document, stranger),
        "changed already": lambda: sealed.pdf + b"% later",
        "not a PDF": lambda: b"rubbish",
    }
    with pytest.raises(DocumentRefused) as refusal:
        Sealer(nordwind).seal_over(files[case](), reason="Completed", now=NOW)
    assert refusal.value.reason == "detached"
