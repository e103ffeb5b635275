"""Makers of Word documents: an innocent one, and those that mean harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

MB = 1024 * 1024

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Default Extension="bin" ContentType="application/octet-stream"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>"""
_MAIN = (
    '<Relationship Id="rId1" Target="word/document.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
)
_BODY = """<?xml version="1.0" encoding="UTF-8"?>%s
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<w:body>%s</w:body></w:document>"""
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(text: str, *, colour: str = "") -> str:
    """One paragraph with the text in a run of its own; `colour` in hex."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    look = f'<w:rPr><w:color w:val="{colour}"/></w:rPr>' if colour else ""
    return f'<w:p><w:r>{look}<w:t xml:space="preserve">{safe}</w:t></w:r></w:p>'


def docx(
    body: str = paragraph("Hello"), *, relations: str = "", parts: dict[str, bytes] | None = None,
    types: str = _TYPES, doctype: str = "",
) -> bytes:  # fmt: skip
    """A small Word document with `body` inside w:body."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        package.writestr("_rels/.rels", _RELS % _MAIN)
        package.writestr("word/document.xml", _BODY % (doctype, body))
        package.writestr("word/_rels/document.xml.rels", _RELS % relations)
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return target.getvalue()


def part(body: str) -> bytes:
    """A part beside the body: a header, notes."""
    return (_BODY % ("", body)).replace("w:document", "w:hdr").encode()


def template(*lines: str) -> bytes:
    return docx("".join(paragraph(line) for line in lines))


def external(kind: str, target: str, id: str = "rId9") -> str:
    return f'<Relationship Id="{id}" Type="{_RELATED}/{kind}" Target="{target}" TargetMode="External"/>'


def linked_picture(relation: str) -> str:
    """A picture that LibreOffice, left to itself, fetches from where the relation points (seen with 7.4)."""
    drawing, picture = f"{_DRAWN}/wordprocessingDrawing", f"{_DRAWN}/picture"
    return f"""<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}"><wp:extent cx="900000" cy="900000"/>
<wp:docPr id="1" name="x"/><a:graphic><a:graphicData uri="{picture}"><pic:pic xmlns:pic="{picture}"><pic:nvPicPr>
<pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="{relation}"/></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>
</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"""


def with_macros() -> bytes:
    return docx(parts={"word/vbaProject.bin": b"VBA"})


def docm() -> bytes:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return docx(types=_TYPES.replace(main, "application/vnd.ms-word.document.macroEnabled.main+xml"))


def alt_chunk() -> bytes:
    chunk = f'<Relationship Id="rId9" Type="{_RELATED}/aFChunk" Target="/word/evil.html"/>'
    return docx('<w:altChunk r:id="rId9"/>', relations=chunk, parts={"word/evil.html": b"<html>boo</html>"})


def ole_object() -> bytes:
    return docx(parts={"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"})


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return docx(
        paragraph("x") + "<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", doctype=f'<!DOCTYPE w [<!ENTITY e0 "lol">{levels}]>'
    )


def outside_entity() -> bytes:
    body = "<w:p><w:r><w:t>&file;</w:t></w:r></w:p>"
    return docx(body, doctype='<!DOCTYPE w [<!ENTITY file SYSTEM "file:///etc/passwd">]>')


def zip_bomb() -> bytes:
    """60 kB that unpack to 60 MB."""
    return docx(parts={"word/media/image1.png": bytes(60 * MB)})


def many_parts() -> bytes:
    return docx(parts={f"word/media/image{number}.png": b"x" for number in range(220)})


def lying_zip() -> bytes:
    """A package whose directory says that a part is small."""
    data = bytearray(zip_bomb())
    size = (60 * MB).to_bytes(4, "little")
    while size in data:
        start = data.index(size)
        data[start : start + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def fetching(code: str) -> bytes:
    """A field that fetches a file, its code cut into pieces."""
    half = len(code) // 2
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (code[:half], code[half:]))
    return docx(f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p>')


def include_text() -> bytes:
    return fetching('INCLUDETEXT "file:///etc/passwd"')


def dde() -> bytes:
    return fetching('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc.exe"')


def truncated() -> bytes:
    data = docx()
    return data[: len(data) // 2]


def not_word() -> bytes:
    """An Excel file by its insides."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
    return target.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "macros": (with_macros, "macros"),
    "docm": (docm, "macros"),
    "altChunk": (alt_chunk, "altchunk"),
    "OLE object": (ole_object, "objects"),
    "entity bomb": (entity_bomb, "entities"),
    "outside entity": (outside_entity, "entities"),
    "zip bomb": (zip_bomb, "bomb"),
    "lying zip": (lying_zip, "malformed"),
    "many parts": (many_parts, "bomb"),
    "INCLUDETEXT": (include_text, "fetches"),
    "DDE": (dde, "fetches"),
    "truncated": (truncated, "malformed"),
    "not Word": (not_word, "not_docx"),
}
"""What it is -> (maker, reason of the refusal)."""

INJECTIONS = (
    "{{ ''.__class__.__mro__ }}",
    "{{ lead.__class__ }}",
    "{{ lead.title.format('x') }}",
    "{{ self }}",
    "{{ range(10) }}",
    "{{ 'x' * 1000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 9 ** 99999999 }}",
    "{{ lead.title.__init__.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lead | attr('__class__') }}",
    "{{ lead.title | center(1000000000) }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% macro m() %}{% endmacro %}",
    "{% for x in range(1000000000) %}x{% endfor %}",
    "{{ config }}",
    "{{ request.environ }}",
)
"""What people put into templates to get out of them."""
