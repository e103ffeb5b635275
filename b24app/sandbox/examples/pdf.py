"""A tiny PDF writer for example documents: A4, Helvetica, lines of text (ISO 32000-1, WinAnsi)."""

from __future__ import annotations

PAGE = (595, 842)
LEFT, TOP = 64, 770


def write(title: str, subtitle: str, paragraphs: list[str], rows: list[tuple[str, str, str]] = []) -> bytes:  # noqa: B006
    """One page: heading, subtitle, paragraphs (wrapped), a small table, two signature lines."""
    content = "\n".join([*_head(title, subtitle), *_body(paragraphs, rows)]).encode("cp1252", "replace")
    return _assemble(content)


def _text(x: float, y: float, size: float, text: str, font: str = "F1") -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET"


def _head(title: str, subtitle: str) -> list[str]:
    return [
        "0.11 0.36 0.66 rg 0 812 595 30 re f 0.13 0.15 0.2 rg",
        _text(LEFT, TOP, 20, title, "F2"),
        "0.42 0.45 0.5 rg",
        _text(LEFT, TOP - 20, 10, subtitle),
        "0.13 0.15 0.2 rg",
    ]


def _body(paragraphs: list[str], rows: list[tuple[str, str, str]]) -> list[str]:
    out, y = [], TOP - 58
    for paragraph in paragraphs:
        for line in _wrap(paragraph, 88):
            out.append(_text(LEFT, y, 10.5, line))
            y -= 15
        y -= 8
    for index, row in enumerate(rows):
        out += [
            _text(x, y, 10, cell, "F2" if index == 0 else "F1") for x, cell in zip((LEFT, 330, 450), row, strict=True)
        ]
        out.append(f"0.85 0.87 0.9 RG {LEFT} {y - 5} m 531 {y - 5} l S")
        y -= 20
    y = min(y - 50, 200)
    for x, name in ((LEFT, "For the supplier"), (330, "For the customer")):
        out += [f"0.4 0.43 0.48 RG {x} {y} m {x + 190} {y} l S", _text(x, y - 14, 9, name)]
    return out


def _wrap(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _assemble(content: bytes) -> bytes:
    """Objects, cross-reference table, trailer."""
    fonts = b"/Font << /F1 5 0 R /F2 6 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << %s >> /Contents 4 0 R >>" % (*PAGE, fonts),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    data, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)
