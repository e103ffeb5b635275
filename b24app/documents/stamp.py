"""Visible ink: put what signers entered onto the pages, and make signature pictures fit to be put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.documents import guard
from b24app.domain.fields import Field, FieldValue
from b24app.errors import N_, DocumentRefused

SIGNATURE_LETTERS = 80
IMAGE_LIMIT_MB = 10

NO_LETTERS = N_("Type your name to make a signature of it.")
TOO_MANY_LETTERS = N_("A typed signature can have at most %(limit)s characters. Shorten it.")
IMAGE_TOO_LARGE = N_("The picture is larger than %(limit)s MB. Choose a smaller one.")

_JOBS = "b24app.documents.jobs"


@dataclass(frozen=True)
class Stamped:
    """A stamped PDF. `shortened`: ids of fields whose text did not fit even at 6 pt and ends in an ellipsis: print
    their full values on the certificate page."""

    pdf: bytes
    shortened: tuple[str, ...]


def stamp(pdf: bytes, fields: Sequence[Field], values: Mapping[str, FieldValue], images: Mapping[str, bytes]) -> bytes:
    """Draw `values` (field id -> value) into `fields`; see `stamp_and_report`."""
    return stamp_and_report(pdf, fields, values, images).pdf


def stamp_and_report(
    pdf: bytes, fields: Sequence[Field], values: Mapping[str, FieldValue], images: Mapping[str, bytes]
) -> Stamped:
    """Draw `values` (field id -> value) into `fields`, everything in one overlay with embedded fonts.

    `images`: SHA-256 -> PNG made by `typed_signature` or `clean_signature_image`. Text shrinks to its box, down to
    6 pt. A field without a value stays empty; a value without a field is an error of the caller.
    Raises: DocumentRefused with reason "signed" (stamping would break the signature), "field_outside", malformed.
    """
    known = {field.id for field in fields}
    if strange := sorted(values.keys() - known):
        raise ValueError(f"values for unknown fields: {strange[:3]}")
    filled = [field for field in fields if field.id in values and not values[field.id].is_empty]
    used = {values[field.id].image_sha256 for field in filled} - {""}
    items = [
        {**field.to_dict(), "text": values[field.id].text, "image": values[field.id].image_sha256} for field in filled
    ]
    blobs = {"pdf": pdf, **{f"image-{sha256}": images[sha256] for sha256 in used}}
    output = guard.run(f"{_JOBS}.stamping:stamp", {"items": items}, blobs)
    return Stamped(output.blobs["pdf"], tuple(output.data["shortened"]))


def typed_signature(text: str, *, ink: str = "blue") -> bytes:
    """Write a name by hand: a transparent PNG, cut to the writing. `ink` is "blue" or "black".

    Scripts that the handwriting font lacks come in an upright italic. Raises: DocumentRefused (blank, too_large).
    """
    words = " ".join(text.split())
    if not words:
        raise DocumentRefused(NO_LETTERS, reason="blank", field="signature")
    if len(words) > SIGNATURE_LETTERS:
        raise DocumentRefused(TOO_MANY_LETTERS, reason="too_large", field="signature", limit=SIGNATURE_LETTERS)
    return guard.run(f"{_JOBS}.signatures:typed", {"text": words, "ink": ink}, reusable=True).blobs["png"]


def clean_signature_image(data: bytes) -> bytes:
    """Make a drawn or photographed signature fit to print: a transparent PNG, cut to the ink, re-encoded.

    Takes PNG, JPEG and WebP up to 4 megapixels (JPEG photos of any size are read smaller).
    Raises: DocumentRefused with reason too_large, not_image, blank.
    """
    if len(data) > IMAGE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(IMAGE_TOO_LARGE, reason="too_large", field="signature", limit=IMAGE_LIMIT_MB)
    return guard.run(f"{_JOBS}.signature_images:clean", {}, {"image": data}).blobs["png"]


def clean_picture(data: bytes) -> bytes:
    """Make a picture fit to print as it is: upright, at most 1600 pixels a side, re-encoded as PNG without extras.

    Takes PNG, JPEG and WebP as `clean_signature_image` does. Raises: DocumentRefused with reason too_large, not_image.
    """
    if len(data) > IMAGE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(IMAGE_TOO_LARGE, reason="too_large", field="file", limit=IMAGE_LIMIT_MB)
    return guard.run(f"{_JOBS}.signature_images:picture", {}, {"image": data}).blobs["png"]
