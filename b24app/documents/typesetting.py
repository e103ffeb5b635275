"""Typeset our own fixed Typst programs. For jobs only: imports Typst, so never from a web worker.

A program is source shipped with the application. It reads its data as `json(bytes(sys.inputs.data))`; values never
enter source, so `#read("x")` in a value is just text. Images lie beside the program, and `data.images.<name>` is the
file's name: inside the data, as SVG around a PNG, an image took three times as long to get into a PDF. No other file
and no URL is ever opened: the root is the child's own working directory, which holds nothing but these.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from b24app.documents.fonts import FONTS_DIR

PROGRAMS = Path(__file__).parent / "typst"


class Typesetting:
    """One program with its data. Compile it, then query it: the query costs nothing, the document is remembered."""

    def __init__(self, program: str, data: Mapping[str, Any], images: Mapping[str, bytes] | None = None) -> None:
        """`images`: name -> PNG bytes, trusted (re-encoded by us). Their files go with the child's directory."""
        text = json.dumps({**data, "images": {name: _image_file(png) for name, png in (images or {}).items()}})
        self._compiler = typst.Compiler(
            _program_file(program),
            root=str(_root()),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": text},
        )

    def pdf(self, *, archive: bool = False, tags: bool = True) -> bytes:
        """Typeset to PDF. `archive` asks for PDF/A-3b (fails on a glyph no font has); `tags` marks up headings."""
        return self._compile(format="pdf", pdf_standards=["a-3b"] if archive else [], pdf_tags=tags)

    def png(self, *, ppi: float) -> bytes:
        """Typeset the only page to a PNG image."""
        return self._compile(format="png", ppi=ppi)

    def _compile(self, **options: Any) -> bytes:
        pages = self._compiler.compile(**options)
        assert isinstance(pages, bytes)  # a list when a PNG has several pages, None when written to a file
        return pages

    def query(self, label: str) -> list[Any]:
        """Collect the values of all `#metadata(...) <label>`, in order of appearance."""
        return list(json.loads(self._compiler.query(f"<{label}>", field="value")))


def load_program(name: str) -> str:
    """Read one of this room's programs: the shared parts, then `name`."""
    return "\n".join((PROGRAMS / part).read_text() for part in ("common.typ", "signature_blocks.typ", name))


def compile_typst(
    program: str, data: Mapping[str, Any], images: Mapping[str, bytes] | None = None, *, archive: bool = False
) -> bytes:
    """Typeset `program` with `data` to PDF bytes."""
    return Typesetting(program, data, images).pdf(archive=archive)


def query_fields(
    program: str, data: Mapping[str, Any], images: Mapping[str, bytes] | None = None, *, label: str = "field"
) -> list[Any]:
    """Typeset `program` and collect its `#metadata(...) <field>` values."""
    return Typesetting(program, data, images).query(label)


@functools.cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS_DIR)])


@functools.cache
def _root() -> Path:
    """The working directory of a guarded child is private, empty, and removed with it."""
    root = Path.cwd()
    if strange := [path.name for path in root.iterdir() if path.suffix != ".typ"]:
        raise RuntimeError(f"typesetting works in a guarded child only, whose directory is empty; found {strange[:3]}")
    return root


@functools.cache
def _program_file(program: str) -> str:
    """Give a program a file: compiled from a file, a document can be queried afterwards at no cost."""
    path = _root() / f"{hashlib.sha256(program.encode()).hexdigest()}.typ"
    path.write_text(program, encoding="utf-8")
    return str(path)


def _image_file(png: bytes) -> str:
    """Give an image a file; returns its name in the root."""
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("not a PNG")
    name = f"{hashlib.sha256(png).hexdigest()}.png"
    (_root() / name).write_bytes(png)
    return name
