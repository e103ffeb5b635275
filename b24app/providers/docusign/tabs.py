"""Fields as DocuSign's tabs, by coordinates. All values are text, whatever they mean.

developers.docusign.com/docs/esign-rest-api/esign101/concepts/tabs: origin top-left, 72 to the inch, pages from 1.
A tab's label is our field's id: two tabs of one signer with the same label would share their value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from b24app.domain.fields import Check, Field, FieldType
from b24app.domain.signature_request import Signer
from b24app.errors import N_, Sentence
from b24app.providers.base import Problem
from b24app.providers.docusign.units import OFFSETS_PT, flag, font_size, scale, whole

DOCUMENT_ID = "1"
TICKED = "on"
"""The value of a ticked checkbox in a condition."""

Tab = dict[str, Any]

KINDS: Mapping[FieldType, str] = {
    FieldType.SIGNATURE: "signHereTabs",
    FieldType.INITIALS: "initialHereTabs",
    FieldType.DATE: "dateSignedTabs",
    FieldType.NAME: "fullNameTabs",
    FieldType.EMAIL: "emailAddressTabs",
    FieldType.COMPANY: "companyTabs",
    FieldType.TITLE: "titleTabs",
    FieldType.TEXT: "textTabs",
    FieldType.NUMBER: "numberTabs",
    FieldType.DAY: "dateTabs",
    FieldType.CHECKBOX: "checkboxTabs",
    FieldType.DROPDOWN: "listTabs",
}
RADIOS = "radioGroupTabs"
"""Radio buttons stand in groups of their own."""

PATTERNS: Mapping[Check, str] = {
    Check.EMAIL: r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    Check.NUMBER: r"^-?\d+([.,]\d+)?$",
    Check.DAY: r"^(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})$",
}
_SIGNED = (FieldType.SIGNATURE, FieldType.INITIALS)
_BY_DOCUSIGN = (FieldType.DATE, FieldType.NAME, FieldType.EMAIL)
_PARENTS = (FieldType.CHECKBOX, FieldType.RADIO)


def tabs_of(signer: Signer, fields: Sequence[Field]) -> dict[str, list[Tab]]:
    """Make one signer's tabs of the request's fields."""
    own = [field for field in fields if field.signer == str(signer.position)]
    parents = {field.id: field for field in own if field.type in _PARENTS}
    made: dict[str, list[Tab]] = {}
    for field in own:
        if field.type is not FieldType.RADIO:
            made.setdefault(KINDS[field.type], []).append(_tab(field, signer, parents))
    radios = [field for field in own if field.type is FieldType.RADIO]
    for group in dict.fromkeys(map(_radio_name, radios)):
        buttons = [field for field in radios if _radio_name(field) == group]
        made.setdefault(RADIOS, []).append(_radio_group(group, buttons, parents))
    for field in own:
        if _must_be_ticked(field):
            made.setdefault("tabGroups", []).append(_must_tick(field))
    return made


def problems(fields: Sequence[Field]) -> Iterator[Problem]:
    """Say what tabs cannot do although their types are there."""
    for field in fields:
        if field.type is FieldType.CHECKBOX and field.required and field.shown_when:
            message = N_("DocuSign cannot demand a tick that is asked for only at times (%(label)s). Make it optional.")
            yield Problem("document", Sentence(message, {"label": field.label or field.id}))


def _tab(field: Field, signer: Signer, parents: Mapping[str, Field]) -> Tab:
    tab = {
        "documentId": DOCUMENT_ID,
        "tabLabel": field.id,
        **_place(field),
        **_condition(field, parents),
        **({"name": field.label} if field.label and field.type is not FieldType.DROPDOWN else {}),
        **({"tooltip": field.hint} if field.hint else {}),
    }
    if field.type in _SIGNED:
        return tab | {"optional": flag(not field.required), "scaleValue": scale(field.type, field.w_pt, field.h_pt)}
    if field.type is FieldType.CHECKBOX:
        return tab | _checkbox(field)
    tab |= {"fontSize": font_size(field.font_size_pt)}
    if field.type in _BY_DOCUSIGN:
        return tab
    if field.type is FieldType.DROPDOWN:
        return tab | _lock(field) | _list(field)
    return tab | _lock(field) | _entry(field, signer)


def _place(field: Field) -> Tab:
    right, down = OFFSETS_PT.get(field.type, (0, 0))
    return {
        "pageNumber": str(field.page),
        "xPosition": whole(field.x_pt + right),
        "yPosition": whole(field.y_pt + down),
    }


def _condition(field: Field, parents: Mapping[str, Field]) -> Tab:
    """A radio button is named by its group and value; the description speaks of checkboxes only."""
    parent = parents.get(field.shown_when)
    if parent is None:
        return {}
    if parent.type is FieldType.RADIO:
        return {"conditionalParentLabel": _radio_name(parent), "conditionalParentValue": parent.id}
    return {"conditionalParentLabel": parent.id, "conditionalParentValue": TICKED}


def _lock(field: Field) -> Tab:
    return {"required": flag(field.required and not field.read_only), "locked": flag(field.read_only)}


def _entry(field: Field, signer: Signer) -> Tab:
    """What a signer types. What we know of him is there when he comes, and he may correct it."""
    known = signer.company if field.type is FieldType.COMPANY else ""
    tab = {
        "value": field.default or known,
        "width": whole(field.w_pt),
        "height": whole(field.h_pt),
        "disableAutoSize": "true",  # it stays in its rectangle, as on our own pages
    }
    if field.type not in (FieldType.COMPANY, FieldType.TITLE):
        tab |= _pattern(field)
    return tab


def _pattern(field: Field) -> Tab:
    pattern = f"^(?:{field.pattern})$" if field.check is Check.PATTERN else PATTERNS.get(field.check, "")
    if not pattern:
        return {}
    return {"validationPattern": pattern} | ({"validationMessage": field.hint} if field.hint else {})


def _checkbox(field: Field) -> Tab:
    """Whether it must be ticked is said by a tab group: `required` does not apply to checkboxes."""
    tab: Tab = {"selected": flag(bool(field.default)), "locked": flag(field.read_only)}
    return tab | ({"tabGroupLabels": [_group_label(field)]} if _must_be_ticked(field) else {})


def _must_be_ticked(field: Field) -> bool:
    return field.type is FieldType.CHECKBOX and field.required and not field.read_only


def _must_tick(field: Field) -> Tab:
    return {
        "groupLabel": _group_label(field),
        "groupRule": "SelectAtLeast",
        "minimumRequired": "1",
        "maximumAllowed": "1",
        "tabScope": "document",
        "documentId": DOCUMENT_ID,
        "pageNumber": str(field.page),
    }


def _group_label(field: Field) -> str:
    return f"tick-{field.id}"


def _list(field: Field) -> Tab:
    items = [{"text": option, "value": option, "selected": flag(option == field.default)} for option in field.options]
    return {"listItems": items, "value": field.default, "width": whole(field.w_pt), "height": whole(field.h_pt)}


def _radio_name(button: Field) -> str:
    return button.group or button.id


def _radio_group(group: str, buttons: Sequence[Field], parents: Mapping[str, Field]) -> Tab:
    radios = [
        {"value": button.id, "selected": flag(bool(button.default)), **_lock(button), **_place(button)}
        for button in buttons
    ]
    return {"documentId": DOCUMENT_ID, "groupName": group, "radios": radios, **_condition(buttons[0], parents)}
