"""Places a PDF brings along: form fields and text tags as candidates; tags leave the page without a trace."""

from __future__ import annotations

import hostile
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from b24app.documents import preview
from b24app.documents.jobs import text_tags
from b24app.documents.sources import inspect_upload
from b24app.documents.tags import candidates, take_out_tags
from b24app.domain.fields import APPROVER, FieldType
from b24app.errors import DocumentRefused


def page_saying(*lines: tuple[float, float, str], rotate: int = 0) -> bytes:
    """A page with one text object for each line: x, y (user space), text."""
    pdf = hostile.plain()
    page = pdf.pages[0]
    drawn = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in lines)
    page.Contents = Stream(pdf, drawn.encode())
    if rotate:
        page.Rotate = rotate
    return hostile.to_bytes(pdf)


def widget(pdf: pikepdf.Pdf, kind: Name, rect: tuple[float, ...], **more: object) -> pikepdf.Object:
    entries = {"Type": Name.Annot, "Subtype": Name.Widget, "FT": kind, "Rect": Array(rect), **more}
    return pdf.make_indirect(Dictionary(**entries))


def form() -> bytes:
    pdf = hostile.plain()
    script = Dictionary(S=Name.JavaScript, JS='AFDate_FormatEx("dd.mm.yyyy")')
    looks = Dictionary(N=Dictionary(Yes=pdf.make_stream(b""), Off=pdf.make_stream(b"")))
    widgets = [
        widget(pdf, Name.Tx, (72, 700, 272, 720), T="city", V="Kyiv", Ff=2),
        widget(pdf, Name.Tx, (72, 660, 172, 680), T="born", AA=Dictionary(F=script)),
        widget(pdf, Name.Btn, (72, 630, 84, 642), T="agree"),
        widget(pdf, Name.Btn, (72, 600, 84, 612), T="colour", Ff=1 << 15, AP=looks),
        widget(pdf, Name.Btn, (72, 570, 160, 590), T="send", Ff=1 << 16),
        widget(pdf, Name.Ch, (72, 540, 172, 560), T="plan", Opt=Array(["Small", Array(["l", "Large"])])),
        widget(pdf, Name.Sig, (72, 480, 272, 520), T="sign here"),
        widget(pdf, Name.Sig, (300, 480, 360, 520), T="Initials 1"),
        widget(pdf, Name.Tx, (72, 440, 172, 460), T="hidden", F=2),
        widget(pdf, Name.Tx, (72, 400, 72, 400), T="nowhere"),
    ]
    loop = widget(pdf, Name.Tx, (72, 360, 172, 380))
    del loop.FT
    loop.Parent = loop
    pdf.pages[0].Annots = Array([*widgets, loop])
    pdf.Root.AcroForm = Dictionary(Fields=Array(widgets))
    return hostile.to_bytes(pdf)


def test_form_fields_become_candidates_of_their_kind() -> None:
    found = candidates(form())
    assert [field.type for field in found] == [
        FieldType.TEXT, FieldType.DAY, FieldType.CHECKBOX, FieldType.RADIO, FieldType.DROPDOWN, FieldType.SIGNATURE,
        FieldType.INITIALS,
    ]  # fmt: skip
    city, _born, _agree, colour, plan, *_ = found
    assert (city.label, city.default, city.required) == ("city", "Kyiv", True)
    assert (city.x_pt, city.y_pt, city.w_pt, city.h_pt) == (72, 842 - 720, 200, 20)
    assert (colour.group, colour.label) == ("colour", "Yes")
    assert plan.options == ("Small", "Large")


def test_an_upload_keeps_the_candidates_its_form_had() -> None:
    upload = inspect_upload(form(), "form.pdf")
    assert len(upload.candidates) == 7
    assert candidates(upload.pdf) == ()


def test_tags_are_found_with_role_and_size() -> None:
    data = page_saying(
        (72, 700, "{{s:signer1:w=160:h=40}}"),
        (72, 600, "{{t:2:label=City:required=0}}"),
        (72, 500, "{{date:approver}}"),
    )
    signature, text, day = candidates(data)
    assert (signature.type, signature.signer, signature.w_pt, signature.h_pt) == (FieldType.SIGNATURE, "1", 160, 40)
    assert (text.type, text.signer, text.label, text.required) == (FieldType.TEXT, "2", "City", False)
    assert (day.type, day.signer) == (FieldType.DATE, APPROVER)
    assert signature.x_pt == pytest.approx(72, abs=1)
    assert signature.y_pt == pytest.approx(842 - 710, abs=4)


def test_a_tag_on_a_turned_page_stands_where_it_is_seen() -> None:
    upload = inspect_upload(page_saying((100, 200, "{{s:signer1}}"), rotate=90), "turned.pdf")
    (raw,) = candidates(page_saying((100, 200, "{{s:signer1}}"), rotate=90))
    (clean,) = upload.candidates
    assert (raw.x_pt, raw.y_pt) == pytest.approx((clean.x_pt, clean.y_pt), abs=1)


@pytest.mark.parametrize(
    "text", ["{{nonsense:signer1}}", "{{s:nobody}}", "{s:signer1}", "{{s}}", "{{s:signer1:w=1e99}}"]
)
def test_what_only_looks_like_a_tag_is_text(text: str) -> None:
    found = candidates(page_saying((72, 700, text)))
    assert [field.w_pt for field in found] == ([600] if "1e99" in text else [])


def test_tags_leave_the_page_and_the_rest_stays() -> None:
    data = page_saying((72, 700, "Signed by"), (72, 650, "{{s:signer1}}"), (72, 600, "in Kyiv"))
    clean, fields = take_out_tags(data)
    said = preview.page_texts(clean)[0]
    assert len(fields) == 1
    assert ("signer1" in said, "Signed by" in said, "in Kyiv" in said) == (False, True, True)


def test_a_tag_amid_other_text_leaves_that_text_alone() -> None:
    data = page_saying((72, 700, "Signed {{s:signer1}} in Kyiv"))
    clean, fields = take_out_tags(data)
    said = preview.page_texts(clean)[0]
    assert ("signer1" in said, said.split()) == (False, ["Signed", "in", "Kyiv"])
    assert _is_white(clean, fields[0].x_pt + 4, fields[0].y_pt + 5)


def test_what_cannot_be_put_back_alike_is_covered_instead() -> None:
    """Letters without a way back from what they mean to what they look like: a font's own encoding."""
    pdf = hostile.plain()
    font = pdf.pages[0].Resources.Font.F1
    font.Encoding = Dictionary(Type=Name.Encoding, Differences=Array([88, Name.A]))  # X is drawn as A
    pdf.pages[0].Contents = Stream(pdf, b"BT /F1 30 Tf 72 700 Td (XXXXX {{s:signer1}} XXXXX) Tj ET")
    data = hostile.to_bytes(pdf)
    clean, fields = take_out_tags(data)
    assert _ink(clean, 100) == _ink(data, 100)
    assert _is_white(clean, fields[0].x_pt + 10, fields[0].y_pt + 10)


def test_a_signed_file_keeps_its_tags() -> None:
    with pytest.raises(DocumentRefused) as caught:
        take_out_tags(hostile.looks_signed())
    assert caught.value.reason == "signed"


def test_no_more_than_five_hundred_tags() -> None:
    data = page_saying(*((72 + 60 * (n % 8), 10 + 12 * (n // 8), "{{t:1}}") for n in range(520)))
    assert len(text_tags.find_tags(data)) == 500


def _is_white(pdf: bytes, x: float, y: float) -> bool:
    import pypdfium2

    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")
    box = (int(2 * x), int(2 * y), int(2 * x) + 40, int(2 * y) + 8)
    return picture.crop(box).getextrema() == (255, 255)


def _ink(pdf: bytes, w_pt: int) -> bytes:
    """The left part of the page, as pixels."""
    import pypdfium2

    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("1")
    return picture.crop((72, 0, 72 + w_pt, picture.height)).tobytes()
