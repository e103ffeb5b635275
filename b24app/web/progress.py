"""What the lines of the set-up are called, and how they travel to the page one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext

from b24app.errors import N_
from b24app.manifest import manifest
from b24app.services.bind_surfaces import Line
from b24app.web.error_pages import sentence

_NAMES = {
    "CRM_LEAD_DETAIL_TAB": N_("Tab in the lead's card"),
    "CRM_LEAD_DETAIL_TOOLBAR": N_("Button at the top of the lead's card"),
    "CRM_LEAD_ACTIVITY_TIMELINE_MENU": N_("Menu of a lead's timeline records"),
    "CRM_LEAD_DOCUMENTGENERATOR_BUTTON": N_("Document button in the lead's card"),
    "CRM_DEAL_DETAIL_TAB": N_("Tab in the deal's card"),
    "CRM_DEAL_DETAIL_TOOLBAR": N_("Button at the top of the deal's card"),
    "CRM_DEAL_ACTIVITY_TIMELINE_MENU": N_("Menu of a deal's timeline records"),
    "CRM_DEAL_DOCUMENTGENERATOR_BUTTON": N_("Document button in the deal's card"),
    "REST_APP_URI": N_("Links from notifications"),
    "ONAPPINSTALL": N_("Paraph is installed"),
    "ONAPPUPDATE": N_("Paraph is updated"),
    "ONAPPUNINSTALL": N_("Paraph is removed"),
    "ONCRMTIMELINEITEMACTION": N_("A button in the timeline card is pressed"),
    "ONCRMLEADUPDATE": N_("A lead is changed"),
    "ONCRMLEADDELETE": N_("A lead is deleted"),
    "ONCRMDEALUPDATE": N_("A deal is changed"),
    "ONCRMDEALDELETE": N_("A deal is deleted"),
    "placement.get": N_("Places in Bitrix24"),
    "event.get": N_("Events from Bitrix24"),
}

_STATES = {
    "waiting": N_("waiting"),
    "bound": N_("connected"),
    "kept": N_("already connected"),
    "granted": N_("granted"),
    "removed": N_("outdated, removed"),
    "unavailable": N_("not available here"),
    "failed": N_("failed"),
}

GROUPS = {
    "permissions": N_("Permissions"),
    "placement": N_("Where Paraph appears"),
    "event": N_("Events Bitrix24 reports to Paraph"),
}


@dataclass(frozen=True)
class ShownLine:
    """A line in the reader's language. `mark`: waiting | good | warn | bad."""

    kind: str
    what: str
    name: str
    state: str
    state_name: str
    mark: str
    message: str


def shown(line: Line) -> ShownLine:
    name = gettext(_NAMES[line.what]) if line.what in _NAMES else line.what
    mark = "waiting" if line.state == "waiting" else "good" if line.is_good else "bad"
    if line.state == "unavailable":
        mark = "warn"
    message = sentence(line.error) if line.error else gettext(line.message) if line.message else ""
    return ShownLine(line.kind, line.what, name, line.state, gettext(_STATES[line.state]), mark, message)


def waiting_lines() -> list[ShownLine]:
    """Everything that will be done, before it is done: the page is never blank."""
    it = manifest()
    lines = [Line("permissions", ", ".join(it.scopes), "waiting")]
    lines += [Line("placement", placement.code, "waiting") for placement in it.placements]
    lines += [Line("event", event, "waiting") for event in it.events]
    return [shown(line) for line in lines]


def as_stream(lines: Iterable[Line]) -> Iterator[str]:
    """Write one JSON object a line as each becomes known, and a last one that tells whether all is well."""
    is_good = True
    for line in lines:
        is_good = is_good and line.is_good
        yield json.dumps(vars(shown(line)), ensure_ascii=False) + "\n"
    yield json.dumps({"end": True, "good": is_good, "summary": summary(is_good)}, ensure_ascii=False) + "\n"


def summary(is_good: bool) -> str:
    if is_good:
        return gettext("Paraph is connected to this Bitrix24.")
    return gettext("Some parts could not be connected. You can use what works now and try the rest again.")
