"""Job behind `documents.stamp.typed_signature`."""

from __future__ import annotations

import re
from typing import Any

from b24app.documents.job import Output
from b24app.documents.text import one_line
from b24app.documents.typesetting import Typesetting, load_program

INKS = {"blue": "#16307a", "black": "#15181d"}
PPI = 220

_IN_HANDWRITING_FONT = re.compile(r"[ -~\u00a0-\u024f\u0400-\u04ff\u2010-\u2026ʼ]*")


def typed(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """args: text, ink. Blob "png"."""
    text = one_line(args["text"])
    data = {
        "text": text,
        "colour": INKS[args["ink"]],
        "handwriting": bool(_IN_HANDWRITING_FONT.fullmatch(text)),
    }
    return Output({}, {"png": Typesetting(load_program("typed_signature.typ"), data).png(ppi=PPI)})
