"""Are places fit to be sent? What the editor wrote down is checked here, field by field, before it is kept.

Everything it says can come from a forged form: types, numbers and references are believed only after this.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from b24app.domain.entries import INK, TICKS, group_of, put
from b24app.domain.fields import APPROVER, Check, Field, FieldType, PageSize
from b24app.domain.patterns import check_pattern
from b24app.errors import N_, InvalidPayload

MOST_FIELDS = 500
MOST_OPTIONS = 60
MOST_WORDS = 200
SMALLEST_PT = 6.0
OVERHANG_PT = 1.0
FONT_PT = (5.0, 40.0)
APPROVER_TYPES = INK | {FieldType.DATE, FieldType.NAME, FieldType.COMPANY}
WITHOUT_DEFAULT = INK | {FieldType.DATE, FieldType.IMAGE, FieldType.ATTACHMENT}

DAMAGED = N_("The places could not be read. Open the editor again and repeat the last changes.")
TOO_MANY = N_("At most %(most)s fields can stand in one document.")
OUTSIDE = N_("“%(label)s” lies outside its page (page %(page)s). Move it onto the page.")
NO_PAGE = N_("“%(label)s” stands on page %(page)s, which this document does not have. Delete it or place it again.")
NOBODY = N_(
    "“%(label)s” (page %(page)s) belongs to a signatory who is not in the list. Give it to another or delete it."
)
NOT_FOR_APPROVER = N_(
    "“%(label)s” (page %(page)s): the approver fills in signature, initials, name, company and date only."
)
NO_OPTIONS = N_("“%(label)s” (page %(page)s) is a list without options. Write at least two.")
NO_GROUP = N_(
    "“%(label)s” (page %(page)s) needs a group with at least two buttons of the same signatory and the same condition."
)
BAD_PATTERN = N_("“%(label)s” (page %(page)s): the pattern cannot be used. Example: [A-Z]{2}-[0-9]{4}")
BAD_DEFAULT = N_("“%(label)s” (page %(page)s): what stands there to begin with does not pass the field's own check.")
BAD_CONDITION = N_("“%(label)s” (page %(page)s) depends on a checkbox or button that the same signatory does not have.")
ROUND_CONDITION = N_("“%(label)s” (page %(page)s) depends on itself. Change its condition.")
BAD_PROPERTY = N_("“%(label)s” (page %(page)s) is bound to a property that cannot be written. Choose another one.")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", re.ASCII)
_PROPERTY = re.compile(r"lead\.[A-Za-z][A-Za-z0-9_]{0,60}", re.ASCII)
_TEXTS = ("id", "signer", "label", "group", "hint", "default", "pattern", "shown_when", "property")
_NUMBERS = ("x_pt", "y_pt", "w_pt", "h_pt", "font_size_pt")
_FLAGS = ("required", "read_only")


def read_fields(text: str) -> tuple[Field, ...]:
    """Read what the editor wrote. Raises: InvalidPayload (fields) when it is not of its shape."""
    try:
        rows = json.loads(text or "[]")
        if not isinstance(rows, list) or len(rows) > MOST_FIELDS:
            raise InvalidPayload(TOO_MANY, field="fields", most=MOST_FIELDS)
        return tuple(_read(row) for row in rows)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidPayload(DAMAGED, field="fields") from error


def problems(fields: Sequence[Field], pages: Sequence[PageSize], signers: Collection[str]) -> Iterator[InvalidPayload]:
    """List what is wrong with places on these pages; each names its field. `signers`: "1", "2", ..., APPROVER."""
    seen: set[str] = set()
    for field in fields:
        if field.id in seen:
            yield InvalidPayload(DAMAGED, field=field.id)
            continue
        seen.add(field.id)
        wrong = next(_wrong(field, fields, pages, signers), None)
        if wrong:
            label = field.label or str(field.type)
            yield InvalidPayload(wrong, field=field.id, label=label, page=field.page)


def _read(row: Any) -> Field:
    known = {name: row[name] for name in Field.__dataclass_fields__ if name in row}
    if any(not isinstance(known.get(name, ""), str) or len(known.get(name, "")) > 500 for name in _TEXTS):
        raise TypeError("text")
    if any(isinstance(known[name], bool) or not math.isfinite(known[name]) for name in _NUMBERS if name in known):
        raise TypeError("number")
    if any(not isinstance(known.get(name, True), bool) for name in _FLAGS) or type(known["page"]) is not int:
        raise TypeError("flag")
    for name in _TEXTS:
        if name in known:
            known[name] = " ".join(known[name].replace("\0", "").split())
    for name in _NUMBERS:
        if name in known:
            known[name] = round(float(known[name]), 2)
    known["options"] = _options(known.get("options", []))
    return Field.from_dict(known)


def _options(rows: Any) -> list[str]:
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise TypeError("options")
    return list(dict.fromkeys(option for row in rows[:MOST_OPTIONS] if (option := " ".join(row.split())[:MOST_WORDS])))


def _wrong(field: Field, fields: Sequence[Field], pages: Sequence[PageSize], signers: Collection[str]) -> Iterator[str]:
    if not _ID.fullmatch(field.id) or not FONT_PT[0] <= field.font_size_pt <= FONT_PT[1]:
        yield DAMAGED
    if not 1 <= field.page <= len(pages):
        yield NO_PAGE
    elif not _is_on(field, pages[field.page - 1]):
        yield OUTSIDE
    if field.signer not in signers:
        yield NOBODY
    if field.signer == APPROVER and field.type not in APPROVER_TYPES:
        yield NOT_FOR_APPROVER
    if field.type is FieldType.DROPDOWN and len(field.options) < 2 and not field.property:
        yield NO_OPTIONS
    if field.type is FieldType.RADIO and not _has_group(field, fields):
        yield NO_GROUP
    if field.property and not _PROPERTY.fullmatch(field.property):
        yield BAD_PROPERTY
    yield from _wrong_check(field)
    yield from _wrong_condition(field, fields)


def _is_on(field: Field, page: PageSize) -> bool:
    right, bottom = field.x_pt + field.w_pt, field.y_pt + field.h_pt
    large = field.w_pt >= SMALLEST_PT and field.h_pt >= SMALLEST_PT
    inside = right <= page.w_pt + OVERHANG_PT and bottom <= page.h_pt + OVERHANG_PT
    return large and inside and min(field.x_pt, field.y_pt) >= -OVERHANG_PT


def _has_group(field: Field, fields: Sequence[Field]) -> bool:
    group = group_of(fields, field)
    return bool(field.group) and len(group) > 1 and len({radio.shown_when for radio in group}) == 1


def _wrong_check(field: Field) -> Iterator[str]:
    try:
        if field.check is Check.PATTERN:
            check_pattern(field.pattern)
    except InvalidPayload:
        yield BAD_PATTERN
        return
    is_checked = field.default and not field.property and field.type not in TICKS
    is_for_nothing = field.type in WITHOUT_DEFAULT and (field.default or field.read_only)
    if is_for_nothing or (is_checked and not _passes(field)):
        yield BAD_DEFAULT


def _passes(field: Field) -> bool:
    try:
        [value] = put((field,), Field.from_dict({**field.to_dict(), "read_only": False}), field.default)
    except InvalidPayload:
        return False
    return bool(value.text)


def _wrong_condition(field: Field, fields: Sequence[Field]) -> Iterator[str]:
    by_id = {each.id: each for each in fields}
    visited = {field.id}
    current = field
    while current.shown_when:
        ruler = by_id.get(current.shown_when)
        if ruler is None or ruler.type not in TICKS or ruler.signer != current.signer:
            yield BAD_CONDITION
            return
        if ruler.id in visited:
            yield ROUND_CONDITION
            return
        visited.add(ruler.id)
        current = ruler
