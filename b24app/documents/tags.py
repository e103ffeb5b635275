"""Places to fill in that a PDF brings along: its form's fields, and text tags such as `{{s:signer1:w=160:h=40}}`.

A tag is `{{type:role:option=value}}`. Types: s (signature), i (initials), d (date of signing), n (name), co (company),
t (text), c (checkbox), e (email), or a field type's own name. Roles: signer1, signer2, ..., approver. Options: w, h
(points), required (0 or 1), label. The field's upper left corner is the tag's.
"""

from __future__ import annotations

from b24app.documents import guard
from b24app.domain.fields import Field

_JOBS = "b24app.documents.jobs.text_tags"


def candidates(pdf: bytes) -> tuple[Field, ...]:
    """Find form fields and text tags, to be confirmed by whoever places the fields; form fields fall to signer 1.

    A normalised upload has no form any more: what it had stands in its row (`Upload.candidates`).
    Raises: DocumentRefused (malformed, too_complex).
    """
    return _fields(guard.run(f"{_JOBS}:candidates", {}, {"pdf": pdf}))


def take_out_tags(pdf: bytes) -> tuple[bytes, tuple[Field, ...]]:
    """Make the text tags fields, and take their text out of the pages (upright pages only, see `sources`).

    Raises: DocumentRefused, with reason "signed" for a signed file.
    """
    output = guard.run(f"{_JOBS}:take_out", {}, {"pdf": pdf})
    return output.blobs["pdf"], _fields(output)


def _fields(output: guard.Output) -> tuple[Field, ...]:
    return tuple(Field.from_dict(field) for field in output.data["fields"])
