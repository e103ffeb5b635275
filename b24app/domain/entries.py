"""What a signer puts into his places: read, checked and completed. Pure; the browser only helps, this decides.

Texts of values, by type: a checkbox or a chosen radio button is "yes", a day is ISO, a number and everything else stay
as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from b24app.domain.fields import Check, Field, FieldType, FieldValue
from b24app.domain.patterns import matches
from b24app.errors import N_, InvalidPayload

MAX_TEXT = 500
YES = "yes"
TICKS = frozenset({FieldType.CHECKBOX, FieldType.RADIO})
INK = frozenset({FieldType.SIGNATURE, FieldType.INITIALS})
FILES = frozenset({FieldType.IMAGE, FieldType.ATTACHMENT})
TYPED = frozenset(FieldType) - INK - FILES - {FieldType.DATE}

NOT_YOURS = N_("This field is not yours to fill in.")
READ_ONLY = N_("This field is filled in by the sender and cannot be changed.")
TOO_LONG = N_("This is too long: %(most)s characters at most.")
NO_EMAIL = N_("This is not an e-mail address.")
NO_NUMBER = N_("This is not a number. Write for example 1250 or 1250.50.")
UNCLEAR_NUMBER = N_("This number can be read in two ways. Write it without separators for thousands: 1250 or 1.25.")
NO_DAY = N_("This is not a date. Write it as year-month-day, for example 2027-01-31.")
NO_OPTION = N_("Choose one of the options of the list.")
NO_MATCH = N_("This does not have the expected form.")
NO_MATCH_HINT = N_("This does not have the expected form: %(hint)s")
MISSING = N_("Fill in this field before you finish.")

_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,180}\.[^\s@,;<>.]{2,60}")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,'])\d{3}(\1\d{3})*")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
_YEARS = range(1900, 2201)


def put(fields: Sequence[Field], field: Field, text: str) -> list[FieldValue]:
    """Turn one entry into values: its own, and for a radio button those of its whole group.

    `text` of a radio button is the id of the chosen one of its group, or its own "yes".
    Raises: InvalidPayload naming the field.
    """
    if field.read_only:
        raise InvalidPayload(READ_ONLY, field=field.id)
    if len(text) > MAX_TEXT:
        raise InvalidPayload(TOO_LONG, field=field.id, most=MAX_TEXT)
    if field.type is FieldType.RADIO:
        return _chosen(group_of(fields, field), field, text)
    return [FieldValue(field.id, _checked(field, " ".join(text.split())))]


def group_of(fields: Sequence[Field], field: Field) -> tuple[Field, ...]:
    """Collect the radio buttons that exclude each other, this one among them."""
    if not field.group:
        return (field,)
    same = (FieldType.RADIO, field.signer, field.group)
    return tuple(each for each in fields if (each.type, each.signer, each.group) == same)


def filled(fields: Sequence[Field], entered: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Add to what was entered what stands in the places to begin with; a place emptied by hand stays empty."""
    found = {}
    for field in fields:
        touched = any(radio.id in entered for radio in group_of(fields, field))
        usual = FieldValue(field.id, _usual(field))
        found[field.id] = usual if field.read_only or not touched else entered.get(field.id, FieldValue(field.id))
    return found


def shown(fields: Sequence[Field], values: Mapping[str, FieldValue]) -> tuple[Field, ...]:
    """Leave out the places whose condition does not hold; `values` as `filled` gives them."""
    by_id = {field.id: field for field in fields}
    return tuple(field for field in fields if _is_there(field, by_id, values, set()))


def complete(
    fields: Sequence[Field], entered: Mapping[str, FieldValue], known: Mapping[FieldType, str]
) -> Iterator[FieldValue]:
    """Yield the values with which one signer's places are done; hidden ones lose theirs.

    `known`: what the server puts by itself where he left a place alone (name, company, e-mail) and always (date).
    Raises: InvalidPayload whose `field` is the first place that still needs something.
    """
    values = filled(fields, entered)
    there = shown(fields, values)
    for field in there:
        value = values[field.id]
        if field.type is FieldType.DATE or (value.is_empty and known.get(field.type)):
            value = FieldValue(field.id, known.get(field.type, ""))
        elif field.required and _is_unfilled(fields, field, values):
            raise InvalidPayload(MISSING, field=field.id)
        yield value
    yield from (FieldValue(field.id) for field in fields if field not in there)


def as_number(text: str) -> Decimal | None:
    """Read a number as people write it; None when it is none or can be read in two ways."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    sign, digits = ("-", plain[1:]) if plain[:1] in ("-", "\u2212") else ("", plain.removeprefix("+"))
    if grouped := _GROUPED.fullmatch(digits):
        mark = grouped[1]
        if digits.count(mark) == 1 and mark != "'":
            return None
        return Decimal(sign + digits.replace(mark, ""))
    whole, last, rest = _split(digits.replace("'", ""))
    if last and any(c in whole for c in ",.") and not _GROUPED.fullmatch(whole):
        return None
    whole = whole.replace(",", "").replace(".", "")
    if not (whole.isascii() and whole.isdecimal()) or (last and not (rest.isascii() and rest.isdecimal())):
        return None
    return Decimal(f"{sign}{whole}.{rest or 0}") if last else Decimal(sign + whole)


def as_day(text: str) -> date | None:
    """Read a day, written ISO or the way European languages write it."""
    for form in _DAYS:
        try:
            found = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day belongs to no time zone
        except ValueError:
            continue
        return found if found.year in _YEARS else None
    return None


def _chosen(group: Sequence[Field], field: Field, text: str) -> list[FieldValue]:
    wanted = field.id if text == YES else text
    if wanted and wanted not in [radio.id for radio in group]:
        raise InvalidPayload(NO_OPTION, field=field.id)
    if any(radio.read_only for radio in group):
        raise InvalidPayload(READ_ONLY, field=field.id)
    return [FieldValue(radio.id, YES if radio.id == wanted else "") for radio in group]


def _checked(field: Field, text: str) -> str:
    if field.type is FieldType.CHECKBOX:
        return YES if text else ""
    if not text:
        return ""
    if field.type is FieldType.DROPDOWN and text not in field.options:
        raise InvalidPayload(NO_OPTION, field=field.id)
    if field.type is FieldType.DAY:
        return _day(field, text).isoformat()
    _check_kind(field, text)
    return text


def _check_kind(field: Field, text: str) -> None:
    check = {FieldType.EMAIL: Check.EMAIL, FieldType.NUMBER: Check.NUMBER}.get(field.type, field.check)
    if check is Check.EMAIL and not _EMAIL.fullmatch(text):
        raise InvalidPayload(NO_EMAIL, field=field.id)
    if check is Check.NUMBER and as_number(text) is None:
        raise InvalidPayload(UNCLEAR_NUMBER if _GROUPED.fullmatch(text.lstrip("+-")) else NO_NUMBER, field=field.id)
    if check is Check.DAY:
        _day(field, text)
    if check is Check.PATTERN and not matches(field.pattern, text):
        raise InvalidPayload(NO_MATCH_HINT if field.hint else NO_MATCH, field=field.id, hint=field.hint)


def _day(field: Field, text: str) -> date:
    found = as_day(text)
    if found is None:
        raise InvalidPayload(NO_DAY, field=field.id)
    return found


def _usual(field: Field) -> str:
    if field.type is FieldType.DAY:
        found = as_day(field.default)
        return found.isoformat() if found else ""
    return YES if field.type in TICKS and field.default else field.default


def _is_there(field: Field, by_id: Mapping[str, Field], values: Mapping[str, FieldValue], seen: set[str]) -> bool:
    if not field.shown_when:
        return True
    ruler = by_id.get(field.shown_when)
    if ruler is None or field.id in seen:
        return False
    value = values.get(ruler.id)
    return bool(value and value.text) and _is_there(ruler, by_id, values, seen | {field.id})


def _is_unfilled(fields: Sequence[Field], field: Field, values: Mapping[str, FieldValue]) -> bool:
    return all(values[each.id].is_empty for each in group_of(fields, field))


def _split(digits: str) -> tuple[str, str, str]:
    """Split at the last decimal mark."""
    place = max(digits.rfind(","), digits.rfind("."))
    return (digits, "", "") if place < 0 else (digits[:place], digits[place], digits[place + 1 :])
