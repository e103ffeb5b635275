"""How somebody gave his signature, a picture or a file of his own."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.documents import attachments, stamp
from b24app.domain.fields import Field, FieldType, FieldValue
from b24app.domain.text import MAX_TITLE, one_line
from b24app.errors import N_, InvalidPayload
from b24app.services.context import Context
from b24app.services.fontless import refuse_fontless_signature


@dataclass(frozen=True)
class SignatureInput:
    """`kind`: draw, type, upload or saved. `image` holds the drawn or uploaded picture, `text` the typed name."""

    kind: str
    image: bytes = b""
    text: str = ""


def keep_signature(ctx: Context, signature: SignatureInput) -> str:
    """Clean a drawn or uploaded signature, or write a typed one; store it and return its SHA-256.

    Raises: InvalidPayload when there is nothing in it, or letters without a font; DocumentRefused when no picture.
    """
    if signature.kind == "type":
        if not signature.text.strip():
            raise InvalidPayload(N_("Type your name to sign with it."), field="signature")
        refuse_fontless_signature(signature.text)
        return ctx.blobs.put(stamp.typed_signature(signature.text.strip()[:80]))
    if signature.kind not in ("draw", "upload") or not signature.image:
        raise InvalidPayload(N_("Draw, type or upload your signature."), field="signature")
    return ctx.blobs.put(stamp.clean_signature_image(signature.image))


def keep_file(ctx: Context, field: Field, filename: str, data: bytes) -> FieldValue:
    """Re-encode a picture, or make pages of an attached file; store it. Raises: DocumentRefused."""
    if field.type is FieldType.IMAGE:
        return FieldValue(field.id, image_sha256=ctx.blobs.put(stamp.clean_picture(data)))
    name = one_line(filename.replace("\\", "/").rsplit("/", 1)[-1], MAX_TITLE) or "file"
    return FieldValue(field.id, name, ctx.blobs.put(attachments.as_pages(data, name)))
