"""Uploads: what is refused and in which words, what is cleaned, what stays untouched."""

from __future__ import annotations

import io
import resource
import time

import hostile
import pikepdf
import pytest

from b24app.documents import preview
from b24app.documents.guard import Limits
from b24app.documents.sources import PartyBlock, append_signature_page, inspect_upload
from b24app.domain.fields import FieldType, PageSize
from b24app.errors import DocumentRefused


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


@pytest.mark.parametrize("kind", hostile.REFUSED)
def test_what_cannot_be_sent_is_refused_with_its_reason(kind: str) -> None:
    make, reason = hostile.REFUSED[kind]
    data = make()
    started, before_kb = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DocumentRefused) as caught:
        inspect_upload(data, "offer.pdf")
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")
    assert caught.value.field == "document"
    assert time.monotonic() - started < 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 60_000


def test_a_bomb_of_nested_forms_is_stopped_by_the_clock() -> None:
    with pytest.raises(DocumentRefused, match="too long") as caught:
        inspect_upload(hostile.nested_forms_bomb(), "bomb.pdf", limits=Limits(memory_mb=4096, cpu_s=2, wall_s=3))
    assert caught.value.reason == "too_complex"


def test_a_bomb_that_got_past_the_upload_is_stopped_at_the_preview_too() -> None:
    started = time.monotonic()
    with pytest.raises(DocumentRefused) as caught:
        preview.page_texts(hostile.nested_forms_bomb(depth=3, fan=3)[:-200])
    assert caught.value.reason == "malformed"
    assert time.monotonic() - started < 5


def test_the_refusal_names_the_file_and_the_limit() -> None:
    with pytest.raises(DocumentRefused) as caught:
        inspect_upload(hostile.not_a_pdf(), "contract.docx")
    assert str(caught.value).startswith("“contract.docx” is neither a PDF nor a picture nor a Word document.")
    with pytest.raises(DocumentRefused, match="501 pages; at most 500"):
        inspect_upload(hostile.too_many_pages(), "book.pdf")


def test_five_hundred_pages_are_welcome() -> None:
    assert inspect_upload(hostile.to_bytes(hostile.plain(500)), "book.pdf").pages == 500


def test_an_innocent_file_comes_through_with_its_text() -> None:
    upload = inspect_upload(hostile.to_bytes(hostile.plain(2)), "offer.pdf")
    assert (upload.pages, upload.removed, upload.notes, upload.is_signed) == (2, (), (), False)
    assert upload.sizes == (PageSize(595, 842),) * 2
    assert [text.strip() for text in preview.page_texts(upload.pdf)] == ["Hello 1", "Hello 2"]


def test_cleaning_twice_changes_nothing_more() -> None:
    once = inspect_upload(hostile.javascript(), "offer.pdf")
    twice = inspect_upload(once.pdf, "offer.pdf")
    assert twice.removed == ()
    assert twice.pdf == once.pdf


def test_junk_before_the_beginning_is_cut_off() -> None:
    upload = inspect_upload(hostile.junk_before(), "offer.pdf")
    assert upload.pdf.startswith(b"%PDF-")
    assert any("Extra data" in note for note in upload.notes)


def test_protection_that_allows_changes_is_taken_off_and_noted() -> None:
    upload = inspect_upload(hostile.owner_allows_changes(), "offer.pdf")
    assert not opened(upload.pdf).is_encrypted
    assert any("protection" in note for note in upload.notes)


def test_scripts_are_removed_and_reported() -> None:
    upload = inspect_upload(hostile.javascript(), "offer.pdf")
    assert upload.removed == ("scripts",)
    assert b"alert" not in hostile.to_bytes(opened(upload.pdf), compress_streams=False, object_stream_mode=_PLAIN)
    assert "/OpenAction" not in opened(upload.pdf).Root


def test_links_may_open_web_pages_and_nothing_else() -> None:
    upload = inspect_upload(hostile.launch_link(), "offer.pdf")
    pdf = opened(upload.pdf)
    launch, web = pdf.pages[0].Annots
    assert "/A" not in launch
    assert (str(web.A.URI), "/Next" in web.A) == ("https://example.com/", False)
    assert "automatic actions" in upload.removed
    assert "links that do more than open a web page" in upload.removed


def test_attached_files_are_removed() -> None:
    upload = inspect_upload(hostile.attachment(), "offer.pdf")
    assert upload.removed == ("attached files",)
    assert not opened(upload.pdf).attachments
    assert b"MZ not" not in hostile.to_bytes(opened(upload.pdf), compress_streams=False, object_stream_mode=_PLAIN)


def test_media_and_what_sends_the_form_away_are_removed() -> None:
    upload = inspect_upload(hostile.media(), "offer.pdf")
    assert upload.removed == ("links that do more than open a web page", "media and 3D content")
    pdf = opened(upload.pdf)
    assert [str(link.Subtype) for link in pdf.pages[0].Annots] == ["/Link", "/Link"]


def test_a_portfolio_becomes_a_document() -> None:
    upload = inspect_upload(hostile.portfolio(), "offer.pdf")
    assert "a portfolio of files" in upload.removed
    assert not {"/Collection", "/AF"} & set(opened(upload.pdf).Root.keys())


def test_a_giant_image_is_drawn_small_or_refused() -> None:
    try:
        assert inspect_upload(hostile.giant_image(), "offer.pdf").pages == 1
    except DocumentRefused as refused:
        assert refused.reason == "too_complex"  # noqa: PT017 - either is fine, a crash is not


def test_a_form_becomes_part_of_the_page() -> None:
    upload = inspect_upload(hostile.with_form("Anna"), "form.pdf")
    assert "/AcroForm" not in opened(upload.pdf).Root
    assert "Anna" in preview.page_texts(upload.pdf)[0]
    assert upload.notes == ("Form fields were made part of the page.",)


def test_a_signed_file_keeps_every_byte() -> None:
    data = hostile.looks_signed()
    upload = inspect_upload(data, "signed.pdf")
    assert upload.is_signed
    assert upload.pdf == data


def test_a_deeply_nested_object_harms_nobody() -> None:
    with pytest.raises(DocumentRefused) as caught:
        inspect_upload(hostile.deep_nesting(), "deep.pdf")
    assert caught.value.reason in {"malformed", "too_complex"}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotated_and_shifted_pages_become_upright_and_look_the_same(rotate: int) -> None:
    pdf = hostile.plain()
    page = pdf.pages[0]
    page.MediaBox, page.CropBox, page.Rotate = [-50, -30, 600, 900], [20, 40, 520, 780], rotate
    data = hostile.to_bytes(pdf)
    upload = inspect_upload(data, "scan.pdf")
    result = opened(upload.pdf)
    clean = result.pages[0]
    w, h = (740, 500) if rotate in (90, 270) else (500, 740)
    assert [float(n) for n in clean.MediaBox] == [float(n) for n in clean.CropBox] == [0, 0, w, h]
    assert int(clean.Rotate) == 0
    assert upload.sizes == (PageSize(w, h),)
    assert _difference(data, upload.pdf) < 0.001


def test_a_signed_file_gets_no_signature_page() -> None:
    with pytest.raises(DocumentRefused) as caught:
        append_signature_page(hostile.looks_signed(), [PartyBlock("1")], title="x", locale="en")
    assert caught.value.reason == "signed"


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_signature_page_has_a_block_for_every_party(count: int) -> None:
    pdf = hostile.to_bytes(hostile.plain(2))
    parties = [PartyBlock(str(n), f"Party {n}", company="Acme" if n % 2 else "") for n in range(1, count + 1)]
    longer, fields = append_signature_page(pdf, parties, title="Offer.pdf", locale="en")
    sizes = preview.page_sizes(longer)
    assert len({field.id for field in fields}) == 4 * count
    for party in parties:
        kinds = [field.type for field in fields if field.signer == party.signer]
        assert kinds == [FieldType.COMPANY, FieldType.NAME, FieldType.SIGNATURE, FieldType.DATE]
    for field in fields:
        assert 3 <= field.page <= len(sizes)
        assert 0 < field.x_pt < field.x_pt + field.w_pt < sizes[field.page - 1].w_pt
        assert 0 < field.y_pt < field.y_pt + field.h_pt < sizes[field.page - 1].h_pt


_PLAIN = pikepdf.ObjectStreamMode.disable


def _difference(one: bytes, other: bytes) -> float:
    """The part of pixels that differ visibly between the first pages of two documents."""
    import pypdfium2
    from PIL import ImageChops

    pictures = [pypdfium2.PdfDocument(data)[0].render(scale=1).to_pil().convert("L") for data in (one, other)]
    assert pictures[0].size == pictures[1].size
    assert pictures[0].getextrema()[0] < 100  # there is something to see
    histogram = ImageChops.difference(*pictures).histogram()
    return sum(histogram[64:]) / sum(histogram)
