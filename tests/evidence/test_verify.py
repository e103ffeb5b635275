"""Checking files: every kind of change has to show. The list is the one of facts/documents.md, section 7."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints

from b24app.evidence.seal import Sealer
from b24app.evidence.verdict import SENTENCES, SealInfo, State, id_of_contact, judge
from b24app.evidence.verify import verification_id, verify

from .conftest import NOW, URL, make_pdf


def flip(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def revised(pdf: bytes, change) -> bytes:
    """Apply a change in a later revision, as a PDF editor does."""
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def add_ink(writer: IncrementalPdfFileWriter) -> None:
    ink = RawContent(b"1 0 0 rg 72 600 300 60 re f", box=BoxConstraints(595, 842))
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=ink.data)))


def add_note(writer: IncrementalPdfFileWriter) -> None:
    note = {"/Type": "/Annot", "/Subtype": "/Text"}
    entries = {generic.NameObject(key): generic.NameObject(value) for key, value in note.items()}
    entries[generic.NameObject("/Rect")] = generic.ArrayObject([generic.NumberObject(n) for n in (10, 10, 30, 30)])
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.NameObject("/Annots")] = generic.ArrayObject([writer.add_object(generic.DictionaryObject(entries))])
    writer.update_container(page)


def resaved(pdf: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(out)
    return out.getvalue()


def test_untouched_file_is_ours(sealed, nordwind):
    verdict = verify(sealed.pdf, [nordwind.root_pem], NOW)
    assert verdict.state is State.SEALED_BY_US
    assert verdict.is_ours
    assert (verdict.sha256, verdict.signed_at, verdict.signer_name) == (sealed.sha256, NOW, "Nordwind Trade GmbH")
    assert verdict.verification_id == "7c2f1c5e9a3b"
    assert (verdict.seals[0].coverage, verdict.seals[0].modification_level) == ("ENTIRE_FILE", "NONE")


def test_any_of_several_roots_will_do(sealed, nordwind, stranger):
    assert verify(sealed.pdf, [stranger.root_pem, nordwind.root_pem], NOW).is_ours


def test_expired_certificate_is_not_vouched_for(sealed, nordwind):
    verdict = verify(sealed.pdf, [nordwind.root_pem], NOW + timedelta(days=366 * 21))
    assert verdict.state is State.UNKNOWN_ISSUER


def test_flipped_bit_in_page_content_is_a_change(sealed, nordwind):
    place = sealed.pdf.index(b"stream") + 12
    assert verify(flip(sealed.pdf, place), [nordwind.root_pem], NOW).state is State.CHANGED


def test_flipped_bit_in_the_middle_is_a_change(nordwind):
    pdf = Sealer(nordwind).seal(make_pdf(40), reason="Completed", now=NOW).pdf
    place = pdf.index(b"stream", len(pdf) // 3) + 12
    assert verify(flip(pdf, place), [nordwind.root_pem], NOW).state is State.CHANGED


def test_flipped_bit_at_the_end_of_the_original_is_a_change(sealed, nordwind, document):
    place = len(document) - 3
    assert verify(flip(sealed.pdf, place), [nordwind.root_pem], NOW).state in (State.CHANGED, State.MALFORMED)


@pytest.mark.parametrize("back", [1, 2, 8, 20])
def test_flipped_bit_at_the_very_end_never_passes(sealed, nordwind, back):
    verdict = verify(flip(sealed.pdf, len(sealed.pdf) - back), [nordwind.root_pem], NOW)
    assert verdict.state in (State.CHANGED, State.MALFORMED)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pdf: pdf + b"% a comment\n", id="comment appended"),
        pytest.param(lambda pdf: pdf + b"\n", id="line break appended"),
        pytest.param(resaved, id="saved again"),
        pytest.param(lambda pdf: revised(pdf, add_ink), id="content added later"),
        pytest.param(lambda pdf: revised(pdf, add_note), id="note added later"),
        pytest.param(lambda pdf: pdf.replace(b"Completed", b"Cancelled"), id="reason replaced"),
    ],
)
def test_every_other_change_shows(sealed, nordwind, change):
    changed = change(sealed.pdf)
    assert changed != sealed.pdf
    assert verify(changed, [nordwind.root_pem], NOW).state is State.CHANGED


def test_cut_off_file_never_passes(sealed, nordwind, document):
    assert not verify(sealed.pdf[:-40], [nordwind.root_pem], NOW).is_ours
    assert verify(document, [nordwind.root_pem], NOW).state is State.NOT_SEALED


def test_strangers_seal_with_our_name_is_of_unknown_issuer(document, nordwind, stranger):
    pdf = Sealer(stranger).seal(document, reason="Completed", now=NOW).pdf
    assert verify(pdf, [nordwind.root_pem], NOW).state is State.UNKNOWN_ISSUER


def test_our_seal_is_of_unknown_issuer_where_nobody_knows_us(sealed):
    verdict = verify(sealed.pdf, [], NOW)
    assert verdict.state is State.UNKNOWN_ISSUER
    assert verdict.seals[0].intact
    assert not verdict.seals[0].trusted


@pytest.mark.parametrize("junk", [b"", b"hello", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + b"[" * 200_000, b"\x00" * 5000])
def test_what_is_no_pdf_is_malformed(junk):
    assert verify(junk, []).state is State.MALFORMED


def test_deeply_nested_file_is_malformed(sealed):
    deep = b"[" * 50_000 + b"]" * 50_000
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm " + deep + b">>\nendobj\n"
    xref = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Root 1 0 R/Size 2>>\n"
    assert verify(body + xref + b"startxref\n%d\n%%%%EOF\n" % len(body), []).state is State.MALFORMED


def test_verification_id_is_read_without_trust(sealed, document):
    assert verification_id(sealed.pdf) == "7c2f1c5e9a3b"
    assert verification_id(document) == ""


def test_id_is_the_last_step_of_our_address_only():
    assert id_of_contact(URL) == "7c2f1c5e9a3b"
    assert id_of_contact("https://elsewhere.example/contact") == ""


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler is not installed")
def test_poppler_sees_the_flipped_bit_too(sealed, tmp_path):
    path = tmp_path / "flipped.pdf"
    path.write_bytes(flip(sealed.pdf, sealed.pdf.index(b"stream") + 12))
    assert "Digest Mismatch" in subprocess.run(["pdfsig", str(path)], capture_output=True, text=True).stdout


GOOD = SealInfo("Seal", False, True, True, True, True, True, "ENTIRE_FILE", "NONE", signer_name="Nordwind")


@pytest.mark.parametrize(
    ("seals", "state"),
    [
        ([], State.NOT_SEALED),
        ([GOOD], State.SEALED_BY_US),
        ([replace(GOOD, trusted=False, bottom_line=False)], State.UNKNOWN_ISSUER),
        ([replace(GOOD, bottom_line=False)], State.UNKNOWN_ISSUER),
        ([replace(GOOD, coverage="ENTIRE_REVISION")], State.CHANGED),
        ([replace(GOOD, coverage="CONTIGUOUS_BLOCK_FROM_START")], State.CHANGED),
        ([replace(GOOD, coverage="ENTIRE_REVISION", modification_level="LTA_UPDATES")], State.SEALED_BY_US),
        ([replace(GOOD, coverage="ENTIRE_REVISION", modification_level="FORM_FILLING"), GOOD], State.SEALED_BY_US),
        ([replace(GOOD, coverage="ENTIRE_REVISION", modification_level="OTHER"), GOOD], State.CHANGED),
        ([replace(GOOD, intact=False), GOOD], State.CHANGED),
        ([replace(GOOD, docmdp_ok=False)], State.CHANGED),
        ([GOOD, replace(GOOD, trusted=False)], State.UNKNOWN_ISSUER),
        ([replace(GOOD, is_timestamp=True)], State.NOT_SEALED),
    ],
)
def test_findings_become_one_answer(seals, state):
    verdict = judge("00", seals)
    assert verdict.state is state
    assert verdict.sentence == SENTENCES[state]


def test_findings_survive_the_way_through_the_child():
    info = replace(GOOD, signed_at=NOW)
    assert SealInfo.from_json(info.to_json()) == info
