"""Tabs: by coordinates (points from the top left corner) or at every place where an anchor string stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from b24app.sandbox.docusign import scalars
from b24app.sandbox.docusign.errors import ApiError, wrong
from b24app.sandbox.docusign.model import Document, Tab
from b24app.sandbox.esign.fields import Field
from b24app.sandbox.esign.paper import assemble, reading

KINDS = {
    "signHereTabs": "signature",
    "initialHereTabs": "initials",
    "dateSignedTabs": "date",
    "fullNameTabs": "name",
    "textTabs": "text",
    "checkboxTabs": "checkbox",
    "companyTabs": "text",
    "titleTabs": "text",
    "emailAddressTabs": "text",
    "numberTabs": "text",
    "dateTabs": "text",
    "listTabs": "dropdown",
    "radioGroupTabs": "radio",
}
SIZES = {
    "signature": (90.0, 40.0),
    "initials": (50.0, 30.0),
    "date": (80.0, 14.0),
    "name": (120.0, 14.0),
    "text": (84.0, 22.0),
    "checkbox": (15.0, 15.0),
    "radio": (15.0, 15.0),
    "dropdown": (84.0, 22.0),
}
UNITS = {"pixels": 1.0, "inches": 72.0, "mms": 72 / 25.4, "cms": 72 / 2.54}

Place = tuple[int, int, float, float]  # document index, page from 1, x, y


def read(given: dict[str, Any], recipient_id: str, documents: list[Document]) -> list[Tab]:
    """All tabs of a recipient. Decline tabs only name a button that is always there, groups are about other tabs."""
    found: list[Tab] = []
    for kind, entries in given.items():
        if kind in ("declineTabs", "tabGroups"):
            continue
        if kind not in KINDS:
            raise ApiError("INVALID_REQUEST_BODY", f"{kind} are not known here.")
        for entry in entries or []:
            rows = _radios(entry) if kind == "radioGroupTabs" else [entry]
            found += [tab for row in rows for tab in _tabs(kind, row, recipient_id, documents)]
    _demand(found, given.get("tabGroups") or [])
    return found


def _demand(tabs: list[Tab], groups: list[dict[str, Any]]) -> None:
    """A checkbox is optional; a group that wants one of a single checkbox demands its tick."""
    for group in groups:
        members = [tab for tab in tabs if group.get("groupLabel") in (tab.given.get("tabGroupLabels") or ())]
        if not members:
            raise wrong(f"The tab group {group.get('groupLabel')} has no tabs.")
        if len(members) == 1 and scalars.whole(group, "minimumRequired", 0) > 0:
            members[0].place.required = True


def _radios(group: dict[str, Any]) -> list[dict[str, Any]]:
    common = {"documentId": group.get("documentId"), "groupName": group.get("groupName")}
    return [{**common, **radio} for radio in group.get("radios") or []]


def _tabs(kind: str, given: dict[str, Any], recipient_id: str, documents: list[Document]) -> Iterator[Tab]:
    width, height = _size(KINDS[kind], given)
    places = _anchored(given, documents, height) if given.get("anchorString") else [_absolute(given, documents)]
    for index, page, x, y in places:
        field = Field("", KINDS[kind], recipient_id, index, page, x, y, width, height)
        size = assemble.sizes(documents[index].content)[page - 1]
        if x < 0 or y < 0 or x > size.width or y > size.height:
            raise ApiError("TAB_OUT_OF_BOUNDS", "The tab is not on the page.")
        tab = Tab(kind, given, field)
        field.id = tab.tab_id
        _details(field, given)
        yield tab


def _size(kind: str, given: dict[str, Any]) -> tuple[float, float]:
    width, height = SIZES[kind]
    if kind in ("signature", "initials"):
        scale = scalars.number(given, "scaleValue", 1.0)
        if not 0.5 <= scale <= 2.0:
            raise wrong("scaleValue must be between 0.5 and 2.0.")
        return width * scale, height * scale
    return scalars.number(given, "width", width), scalars.number(given, "height", height)


def _absolute(given: dict[str, Any], documents: list[Document]) -> Place:
    wanted = given.get("documentId")
    index = next((number for number, one in enumerate(documents) if one.document_id == wanted), None)
    if index is None:
        raise wrong(f"documentId {wanted} of a tab is not a document of the envelope.")
    page = scalars.whole(given, "pageNumber")
    if not 1 <= page <= len(assemble.sizes(documents[index].content)):
        raise ApiError("TAB_OUT_OF_BOUNDS", f"There is no page {page}.")
    return index, page, float(scalars.whole(given, "xPosition")), float(scalars.whole(given, "yPosition"))


def _anchored(given: dict[str, Any], documents: list[Document], height: float) -> list[Place]:
    """Every hit in every document; the tab's lower left corner stands on the anchor's, moved by the offsets."""
    unit = UNITS.get(str(given.get("anchorUnits") or "pixels"))
    if unit is None:
        raise wrong("anchorUnits must be pixels, inches, mms or cms.")
    right = scalars.number(given, "anchorXOffset", 0) * unit
    down = scalars.number(given, "anchorYOffset", 0) * unit
    hits = list(_hits(given, documents))
    if not hits and not scalars.flag(given, "anchorIgnoreIfNotPresent"):
        raise ApiError("ANCHOR_TAB_STRING_NOT_FOUND", f"Anchor string '{given['anchorString']}' was not found.")
    return [(index, page, left + right, bottom - height + down) for index, page, left, bottom in hits]


def _hits(given: dict[str, Any], documents: list[Document]) -> Iterator[Place]:
    """Where the anchor begins: document, page, left edge, lower edge."""
    flags = 0 if scalars.flag(given, "anchorCaseSensitive") else re.IGNORECASE
    pattern = re.compile(re.escape(str(given["anchorString"])), flags)
    for index, document in enumerate(documents):
        for number, page in enumerate(reading.texts(document.content), 1):
            for match in pattern.finditer(page.text):
                left, _, _, bottom = page.boxes[match.start()]
                yield index, number, left, bottom


def _details(field: Field, given: dict[str, Any]) -> None:
    field.label = str(given.get("name") or given.get("tabLabel") or given.get("groupName") or "")
    field.source, field.group = str(given.get("tabLabel") or ""), str(given.get("groupName") or "")
    field.value = str(given.get("value") or "")
    field.locked = scalars.flag(given, "locked")
    field.checked = scalars.flag(given, "selected")
    field.pattern, field.pattern_note = given.get("validationPattern") or "", given.get("validationMessage") or ""
    field.max_length = scalars.whole(given, "maxLength", 4000)
    if field.kind in ("signature", "initials"):
        field.required = not scalars.flag(given, "optional")
    else:
        field.required = scalars.flag(given, "required", default=field.kind in ("text", "dropdown"))
    if field.kind == "checkbox":
        field.required = False  # by a group only
    if field.kind == "dropdown":
        _options(field, given)


def _options(field: Field, given: dict[str, Any]) -> None:
    items = given.get("listItems") or []
    field.options = [str(item.get("text") or item.get("value")) for item in items]
    chosen = [str(item.get("text") or item.get("value")) for item in items if item.get("selected") == "true"]
    field.value = chosen[0] if chosen else field.value


def shown(recipient_tabs: list[Tab]) -> dict[str, list[dict[str, Any]]]:
    """The tabs as the API shows them: as given, with id, place and what was entered."""
    found: dict[str, list[dict[str, Any]]] = {}
    for tab in recipient_tabs:
        if tab.kind == "radioGroupTabs":
            _show_radio(found.setdefault(tab.kind, []), tab)
        else:
            found.setdefault(tab.kind, []).append(_shown(tab))
    return found


def _shown(tab: Tab) -> dict[str, Any]:
    field = tab.place
    place = {"pageNumber": str(field.page), "xPosition": str(round(field.x)), "yPosition": str(round(field.y))}
    entry = {**tab.given, **place, "tabId": tab.tab_id, "recipientId": field.owner}
    if field.kind in ("checkbox", "radio"):
        entry["selected"] = str(field.checked).lower()
    elif field.kind in ("signature", "initials"):
        entry["status"] = "signed" if field.checked else "active"
    else:
        entry["value"] = field.value
    return entry


def _show_radio(groups: list[dict[str, Any]], tab: Tab) -> None:
    entry = _shown(tab)
    name, document = entry.pop("groupName"), entry.pop("documentId")
    owner = entry.pop("recipientId")
    group = next((one for one in groups if one["groupName"] == name), None)
    if group is None:
        group = {"groupName": name, "documentId": document, "recipientId": owner, "radios": []}
        groups.append(group)
    group["radios"].append(entry)
