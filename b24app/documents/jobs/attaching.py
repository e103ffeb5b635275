"""Jobs behind `documents.attachments`."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pikepdf
from PIL import Image

from b24app.documents.job import Output
from b24app.documents.jobs.normalise import saved
from b24app.documents.jobs.pdf_pages import malformed_if_broken
from b24app.documents.jobs.signature_images import upright_png

A4_PT = (595.276, 841.89)
MARGIN_PT = 36.0
PICTURE_QUALITY = 88


def picture_page(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "image". Blob "pdf": one A4 page, lying when the picture is wider than high."""
    with Image.open(io.BytesIO(upright_png(blobs["image"]))) as picture:
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A"))
    width, height = A4_PT if flat.height >= flat.width else A4_PT[::-1]
    scale = min((width - 2 * MARGIN_PT) / flat.width, (height - 2 * MARGIN_PT) / flat.height, 1.0)
    w, h = flat.width * scale, flat.height * scale
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=_embedded(pdf, flat)))
    draw = f"q {w:.3f} 0 0 {h:.3f} {(width - w) / 2:.3f} {(height - h) / 2:.3f} cm /Picture Do Q"
    page.Contents = pikepdf.Stream(pdf, draw.encode())
    return Output({}, {"pdf": saved(pdf)})


def append(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: count; blobs "pdf", "file-0", "file-1", ... Blob "pdf"."""
    with malformed_if_broken(), contextlib.ExitStack() as opened:
        pdf = opened.enter_context(pikepdf.open(io.BytesIO(blobs["pdf"])))
        for number in range(args["count"]):  # each stays open: its streams are copied when the whole is written
            attached = opened.enter_context(pikepdf.open(io.BytesIO(blobs[f"file-{number}"])))
            pdf.pages.extend(attached.pages)
        return Output({}, {"pdf": saved(pdf)})


def _embedded(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=PICTURE_QUALITY)
    return pikepdf.Stream(
        pdf,
        data.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
