"""Refuse letters that no font of ours has, when somebody types them: in the document they would stand as boxes."""

from __future__ import annotations

from collections.abc import Iterable

from b24app.documents.coverage import missing_letters, unprintable
from b24app.domain.fields import Field, FieldValue
from b24app.errors import N_, InvalidPayload

MOST_NAMED = 20

TEXT = N_(
    "These characters cannot be printed, because there is no font for them: %(letters)s. Please write it in other "
    "letters."
)
SIGNATURE = N_(
    "These characters cannot be printed, because there is no font for them: %(letters)s. Type your name in other "
    "letters, or draw your signature."
)


def refuse_fontless_text(field: str, *texts: str) -> None:
    """Raises: InvalidPayload naming the field. Ornaments pass: they are left out in print."""
    _refuse(TEXT, field, missing_letters(*texts))


def refuse_fontless_signature(text: str) -> None:
    """Raises: InvalidPayload (signature). A signature holds nothing that could be left out."""
    _refuse(SIGNATURE, "signature", unprintable(text))


def refuse_fontless_entries(fields: Iterable[Field], values: Iterable[FieldValue]) -> None:
    """Check what a signer finishes with, as far as he can mend it. Raises: InvalidPayload naming the first place."""
    his = {field.id for field in fields if not field.read_only}
    for value in values:
        if value.field_id in his:
            refuse_fontless_text(value.field_id, value.text)


def _refuse(sentence: str, field: str, letters: Iterable[str]) -> None:
    if letters:
        raise InvalidPayload(sentence, field=field, letters=" ".join(list(letters)[:MOST_NAMED]))
