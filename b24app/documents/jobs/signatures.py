"""Job behind `documents.stamp.typed_signature`."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image

from b24app.documents.job import Output
from b24app.documents.text import one_line
from b24app.documents.typesetting import Typesetting, load_program

INKS = {"blue": "#16307a", "black": "#15181d"}
PPI = 220
MARGIN_PX = 9

_IN_HANDWRITING_FONT = re.compile(r"[ -~\u00a0-\u024f\u0400-\u04ff\u2010-\u2026ʼ]*")


def typed(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """args: text, ink. Blob "png"."""
    text = one_line(args["text"])
    data = {
        "text": text,
        "colour": INKS[args["ink"]],
        "handwriting": bool(_IN_HANDWRITING_FONT.fullmatch(text)),
    }
    return Output({}, {"png": _cut(Typesetting(load_program("typed_signature.typ"), data).png(ppi=PPI))})


def _cut(png: bytes) -> bytes:
    """Cut a picture to its ink and a little room around."""
    picture = Image.open(io.BytesIO(png))
    box = picture.getchannel("A").getbbox()
    if box is None:
        return png
    room = (box[0] - MARGIN_PX, box[1] - MARGIN_PX, box[2] + MARGIN_PX, box[3] + MARGIN_PX)
    out = io.BytesIO()
    picture.crop(room).save(out, "PNG")
    return out.getvalue()
