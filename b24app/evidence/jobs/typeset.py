"""Typeset the certificate and the visible seal with this room's own Typst programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from b24app.documents.guard import Output
from b24app.documents.typesetting import Typesetting

PROGRAMS = Path(__file__).resolve().parents[1] / "typst"


def certificate(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:  # noqa: ARG001 - a job's shape
    """Typeset the certificate. Data out: `pages`, and `seal` with page, x, y, w, h (points from the top left)."""
    typesetting = Typesetting(_program("certificate.typ"), args)
    pdf, layout = typesetting.pdf(), typesetting.query("layout")
    pages = max(found["page"] for found in layout)
    return Output({"seal": layout[0], "pages": pages}, {"pdf": pdf})


def seal(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:  # noqa: ARG001 - a job's shape
    """Typeset the picture of the seal; untagged, for it becomes part of another page."""
    return Output(blobs={"pdf": Typesetting(_program("seal.typ"), args).pdf(tags=False)})


def _program(name: str) -> str:
    return (PROGRAMS / "ornament.typ").read_text() + (PROGRAMS / name).read_text()
