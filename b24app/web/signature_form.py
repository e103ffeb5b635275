"""Read what <signature-field> sends (templates/signing/signature_field.html), within limits."""

from __future__ import annotations

import base64
import binascii
import re

from werkzeug.datastructures import FileStorage, MultiDict

from b24app.errors import N_, InvalidPayload
from b24app.services.signature_input import SignatureInput

MAX_IMAGE_BYTES = 2 * 1024 * 1024
MAX_TYPED = 80
_DATA_URL = re.compile(r"data:image/(?:png|jpeg);base64,")


def parse_signature(
    form: MultiDict[str, str], files: MultiDict[str, FileStorage], name: str = "signature"
) -> SignatureInput:
    """Read one signature: `<name>_kind` and what belongs to it.

    Raises: InvalidPayload with `field=name` when nothing usable was given.
    """
    kind = form.get(f"{name}_kind", "")
    if kind == "saved":
        return SignatureInput("saved")
    if kind == "type":
        return SignatureInput("type", text=_typed(form.get(f"{name}_text", ""), name))
    if kind in ("draw", "upload"):
        return SignatureInput(kind, image=_picture(form, files, name))
    raise InvalidPayload(N_("Draw, type or upload your signature."), field=name)


def _typed(text: str, name: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise InvalidPayload(N_("Type your name to sign with it."), field=name)
    if len(text) > MAX_TYPED:
        raise InvalidPayload(N_("This is too long: %(most)s characters at most."), field=name, most=MAX_TYPED)
    return text


def _picture(form: MultiDict[str, str], files: MultiDict[str, FileStorage], name: str) -> bytes:
    """Take the picture the page made, or the file itself when the page could not."""
    image = _decoded(form.get(f"{name}_image", ""), name) or _uploaded(files.get(f"{name}_file"))
    if not image:
        raise InvalidPayload(N_("Draw, type or upload your signature."), field=name)
    if len(image) > MAX_IMAGE_BYTES:
        raise InvalidPayload(N_("This picture is larger than 2 MB. Choose a smaller one."), field=name)
    return image


def _decoded(data_url: str, name: str) -> bytes:
    if not data_url:
        return b""
    head = _DATA_URL.match(data_url)
    try:
        return base64.b64decode(data_url[head.end() :], validate=True) if head else _refuse(name)
    except binascii.Error:
        return _refuse(name)


def _refuse(name: str) -> bytes:
    raise InvalidPayload(N_("This file is not a picture. Choose a PNG or a JPEG."), field=name)


def _uploaded(file: FileStorage | None) -> bytes:
    return file.stream.read(MAX_IMAGE_BYTES + 1) if file else b""
