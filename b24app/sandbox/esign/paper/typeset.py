"""Overlays and extra pages, typeset by typst with the fonts of the repository (Cyrillic included)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from b24app.sandbox.esign.paper.marks import AuditSheet, Mark, Size

FONTS = Path(__file__).parents[4] / "static" / "fonts"
PROGRAMS = Path(__file__).parent


def overlay(sizes: Sequence[Size], marks: Sequence[Mark]) -> bytes:
    """A PDF of transparent pages of the given sizes with the marks on them."""
    images = {f"image-{index}.png": mark.image for index, mark in enumerate(marks) if mark.image}
    sheets: list[dict[str, Any]] = [{"w": size.width, "h": size.height, "marks": []} for size in sizes]
    for index, mark in enumerate(marks):
        sheets[mark.page]["marks"].append(_mark(index, mark))
    return _compile("overlay.typ", {"sheets": sheets}, images)


def audit(sheet: AuditSheet, size: Size) -> bytes:
    """The audit trail as pages of their own."""
    return _compile("audit.typ", {"w": size.width, "h": size.height, **sheet.as_json()})


def signature_page(title: str, names: Sequence[str], size: Size) -> bytes:
    """A page with a line for each signer, for documents sent without fields."""
    lines = [{"name": name, "y": signature_line_y(index)} for index, name in enumerate(names)]
    return _compile("signatures.typ", {"w": size.width, "h": size.height, "title": title, "lines": lines})


def signature_line_y(index: int) -> float:
    """Where the box for the n-th signature begins on that page."""
    return 120.0 + 90.0 * index


def _mark(index: int, mark: Mark) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "x": mark.x,
        "y": mark.y,
        "w": mark.width,
        "h": mark.height,
        "text": mark.text,
        "style": mark.style,
        "size": mark.size,
        "image": f"image-{index}.png" if mark.image else None,
    }
    return shown


def _compile(program: str, data: dict[str, Any], files: dict[str, bytes] | None = None) -> bytes:
    import typst

    with tempfile.TemporaryDirectory(prefix="sandbox-paper-") as directory:
        room = Path(directory)
        (room / "main.typ").write_bytes((PROGRAMS / program).read_bytes())
        (room / "data.json").write_text(json.dumps(data), encoding="utf-8")
        for name, content in (files or {}).items():
            (room / name).write_bytes(content)
        made = typst.compile(str(room / "main.typ"), root=directory, font_paths=[str(FONTS)], ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made
