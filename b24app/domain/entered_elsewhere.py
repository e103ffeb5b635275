"""What signers entered at a signing service, which checked it by rules of its own. Pure.

Nothing is refused here: the document is signed. What ours would not have taken is kept as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from b24app.domain.entries import FILES, INK, TICKS, YES, as_day
from b24app.domain.fields import Field, FieldType, FieldValue

_SLASHED = ("%d/%m/%Y", "%m/%d/%Y")


def entered_elsewhere(fields: Iterable[Field], entries: Mapping[str, str]) -> Iterator[FieldValue]:
    """Yield the values of the places that a signer fills in himself; `entries` as in `Snapshot`."""
    for field in fields:
        entry = entries.get(field.id)
        if entry is not None and not field.read_only and field.type not in INK | FILES:
            yield FieldValue(field.id, _text(field, " ".join(entry.replace("\0", "").split())))


def clear_day(text: str) -> date | None:
    """Read a day that can be read in one way only: 1/2/2027 is in January for some and in February for others."""
    if "/" not in text:
        return as_day(text)
    found = {day for form in _SLASHED if (day := _read(text, form))}
    return found.pop() if len(found) == 1 else None


def _text(field: Field, entry: str) -> str:
    if field.type in TICKS:
        return YES if entry else ""
    if field.type is FieldType.DAY and (day := clear_day(entry)):
        return day.isoformat()
    return entry


def _read(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day belongs to no time zone
    except ValueError:
        return None
