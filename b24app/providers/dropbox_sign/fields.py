"""Our places on a page as `form_fields_per_document`, `form_field_groups`, `form_field_rules`, `custom_fields`.

What is put in beforehand is a merge field of the sender's: nobody can change it. Dropbox Sign has no other way to fill
a signer's text in (editable merge fields need roles, which only templates have).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from b24app.domain.fields import Check, Field, FieldType
from b24app.errors import N_, Sentence
from b24app.providers.base import Problem
from b24app.providers.dropbox_sign import units

Json = dict[str, Any]

SENDER = "sender"
TICKED = "yes"
DOCUMENT = "document"

NUMBER = r"[+-]?\d+([.,]\d+)?"
DAY = r"(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})"
DAY_LABEL = "2026-12-31, 31.12.2026"

TYPES: Mapping[FieldType, str] = {
    FieldType.SIGNATURE: "signature",
    FieldType.INITIALS: "initials",
    FieldType.DATE: "date_signed",
    FieldType.CHECKBOX: "checkbox",
    FieldType.RADIO: "radio",
    FieldType.DROPDOWN: "dropdown",
}
"""All others are a `text`."""

CHECKS: Mapping[FieldType, Check] = {
    FieldType.EMAIL: Check.EMAIL,
    FieldType.NUMBER: Check.NUMBER,
    FieldType.DAY: Check.DAY,
}
"""What a type says about its text, where the field itself says nothing."""

_SWITCHES = (FieldType.CHECKBOX, FieldType.RADIO)
_WITHOUT_FONT = ("signature", "initials", "checkbox", "checkbox-merge", "radio")


def form_fields(fields: Sequence[Field], indexes: Mapping[str, str]) -> list[Json]:
    """Write the places down. `indexes`: a signer's position as text -> his index as text. Raises: KeyError."""
    return [_placed(field, indexes) | _particulars(field) for field in fields]


def custom_fields(fields: Sequence[Field]) -> list[Json]:
    """What is put in beforehand, by the name of its merge field."""
    return [{"name": field.id, "value": _merged(field)} for field in fields if is_merged(field)]


def groups(fields: Sequence[Field]) -> list[Json]:
    """Describe the groups of radio buttons; one of a group is wanted when any of its buttons is required."""
    radios: dict[str, list[Field]] = {}
    for field in fields:
        if field.type is FieldType.RADIO:
            radios.setdefault(group_id(field), []).append(field)
    return [
        {"group_id": group, "group_label": buttons[0].group, "requirement": _wanted(buttons)}
        for group, buttons in radios.items()
    ]


def rules(fields: Sequence[Field]) -> list[Json]:
    """Write down which places are there only while another one is ticked: one rule for each trigger."""
    shown: dict[str, list[Json]] = {}
    for field in fields:
        if field.shown_when and (action := _shown(field)) not in shown.setdefault(field.shown_when, []):
            shown[field.shown_when].append(action)
    return [
        {
            "id": f"shown_when_{trigger}",
            "trigger_operator": "AND",
            "triggers": [{"id": trigger, "operator": "is", "value": "1"}],
            "actions": actions,
        }
        for trigger, actions in shown.items()
    ]


def is_merged(field: Field) -> bool:
    """Say whether it is filled in beforehand for good."""
    return field.read_only and field.type not in (FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE)


def group_id(field: Field) -> str:
    """A group's id is unique in the request; ours is only within one signer's fields."""
    return f"{field.signer}/{field.group}"


def problems(fields: Sequence[Field]) -> Iterator[Problem]:
    """Say what this service cannot do with a place, each time with the place's name."""
    for field in fields:
        for words in _unfit(field, fields):
            yield Problem(DOCUMENT, Sentence(words, {"place": field.label or field.group or field.id}))


def _unfit(field: Field, fields: Sequence[Field]) -> Iterator[str]:
    if field.type is FieldType.RADIO:
        yield from _unfit_radio(field, fields)
    elif field.default and not field.read_only and field.type not in (FieldType.CHECKBOX, FieldType.DROPDOWN):
        yield N_(
            "“%(place)s” is filled in beforehand and can still be changed: Dropbox Sign cannot do that. Make it "
            "read-only, or leave it empty."
        )
    if field.type is FieldType.DROPDOWN and not field.options:
        yield N_("“%(place)s” has nothing to choose from.")
    if field.shown_when:
        yield from _unfit_rule(field, fields)


def _unfit_radio(field: Field, fields: Sequence[Field]) -> Iterator[str]:
    """Each fault of a group is told once, at its first button."""
    buttons = [one for one in fields if one.type is FieldType.RADIO and group_id(one) == group_id(field)]
    if field is not buttons[0]:
        return
    if len(buttons) < 2:
        yield N_("“%(place)s” needs at least two buttons to choose from.")
    if any(button.read_only for button in buttons):
        yield N_("“%(place)s” is read-only: Dropbox Sign cannot do that with buttons to choose from.")


def _unfit_rule(field: Field, fields: Sequence[Field]) -> Iterator[str]:
    trigger = next((one for one in fields if one.id == field.shown_when), None)
    if is_merged(field) or trigger is None or is_merged(trigger):
        yield N_("“%(place)s” cannot depend on a place that nobody fills in, or be read-only when it does.")
    elif trigger.type not in _SWITCHES or trigger.signer != field.signer:
        yield N_("“%(place)s” can depend only on a checkbox or a button of the same person.")


def _placed(field: Field, indexes: Mapping[str, str]) -> Json:
    return {
        "document_index": 0,
        "api_id": field.id,
        "name": field.id if is_merged(field) else field.label,
        "type": _type(field),
        "required": field.required and not is_merged(field),
        "signer": SENDER if is_merged(field) else indexes[field.signer],
        "page": field.page,
        "x": units.whole_points(field.x_pt),
        "y": units.whole_points(field.y_pt),
        "width": units.pixels(field.w_pt),
        "height": units.pixels(field.h_pt),
    }


def _type(field: Field) -> str:
    if is_merged(field):
        return "checkbox-merge" if field.type is FieldType.CHECKBOX else "text-merge"
    return TYPES.get(field.type, "text")


def _particulars(field: Field) -> Json:
    kind = _type(field)
    font = {} if kind in _WITHOUT_FONT else {"font_size": units.font_pixels(field.font_size_pt)}
    return font | _PARTICULARS.get(kind, lambda _field: {})(field)


def _text(field: Field) -> Json:
    hint = {"placeholder": field.hint} if field.hint else {}
    check = field.check if field.check is not Check.NONE else CHECKS.get(field.type, Check.NONE)
    return hint | _validation(check, field)


def _validation(check: Check, field: Field) -> Json:
    if check is Check.EMAIL:
        return {"validation_type": "email_address"}
    patterns = {
        Check.NUMBER: (NUMBER, "-12.50"),
        Check.DAY: (DAY, DAY_LABEL),
        Check.PATTERN: (field.pattern, field.hint),
    }
    pattern, label = patterns.get(check, ("", ""))
    if not pattern:
        return {}
    said = {"validation_custom_regex_format_label": label} if label else {}
    return {"validation_type": "custom_regex", "validation_custom_regex": f"^(?:{pattern})$"} | said


def _checkbox(field: Field) -> Json:
    return {"is_checked": field.default == TICKED}


def _radio(field: Field) -> Json:
    return {"is_checked": field.default == TICKED, "group": group_id(field)}


def _dropdown(field: Field) -> Json:
    chosen = {"content": field.default} if field.default in field.options else {}
    return {"options": list(field.options)} | chosen


_PARTICULARS: Mapping[str, Callable[[Field], Json]] = {
    "text": _text,
    "checkbox": _checkbox,
    "radio": _radio,
    "dropdown": _dropdown,
}


def _merged(field: Field) -> str:
    if field.type is FieldType.CHECKBOX:
        return "true" if field.default == TICKED else "false"
    return field.default


def _wanted(buttons: Sequence[Field]) -> str:
    return "require_1" if any(button.required for button in buttons) else "require_0-1"


def _shown(field: Field) -> Json:
    """Buttons appear with their whole group."""
    if field.type is FieldType.RADIO:
        return {"group_id": group_id(field), "hidden": False, "type": "change-group-visibility"}
    return {"field_id": field.id, "hidden": False, "type": "change-field-visibility"}
