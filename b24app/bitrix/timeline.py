"""The timeline of a card: the live card, log lines, the comment that carries a file, pins.

Source: api-reference/crm/timeline/**. Commands travel in one batch; a file goes in a request of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from b24app.bitrix import bbcode, card_reading
from b24app.bitrix.batch import Command, as_map
from b24app.bitrix.card import ActivityRef
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity, positive_int, type_name
from b24app.bitrix.live_card import (
    Action,
    Button,
    Line,
    LiveCard,
    OpenApp,
    Redirect,
    RestEvent,
    Tag,
    fields_of,
    layout_of,
)
from b24app.bitrix.values import moment
from b24app.errors import N_, BitrixError

__all__ = ["Action", "Button", "Line", "LiveCard", "OpenApp", "Redirect", "RestEvent", "Tag", "activity_add",
           "activity_id", "activity_update", "comment_with_files", "find_activity", "find_comment", "has_log_message",
           "log_message", "pin", "unpin"]  # fmt: skip

PROVIDER = "CONFIGURABLE_REST_APP"
MAX_PAGES = 20


def activity_add(entity: Entity, card: LiveCard) -> Command:
    """Put a live card into a timeline; read the id with `activity_id`."""
    params = {"ownerTypeId": entity.type_id, "ownerId": entity.id, "fields": fields_of(card), "layout": layout_of(card)}
    return Command("crm.activity.configurable.add", params)


def activity_update(activity_id: int, card: LiveCard) -> Command:
    """Bring a live card up to date; this also releases a button that waits for an answer."""
    params = {"id": activity_id, "fields": fields_of(card), "layout": layout_of(card)}
    return Command("crm.activity.configurable.update", params)


def activity_id(result: Any) -> int:
    """Read the new activity's id from the answer of `activity_add`."""
    return positive_int(as_map(as_map(result).get("activity")).get("id"))


def log_message(entity: Entity, title: str, text: str, marker: str = "", *, icon: str = "info") -> Command:
    """Write one line into the history of a card; by its marker, a word at the end, `has_log_message` finds it again."""
    line = f"{text} {marker}".strip()
    fields = {"entityTypeId": entity.type_id, "entityId": entity.id, "title": title, "text": line, "iconCode": icon}
    return Command("crm.timeline.logmessage.add", {"fields": fields})


def pin(record_id: int, entity: Entity) -> Command:
    """Pin a timeline record; a card holds only a few, so the caller must expect a refusal."""
    return Command("crm.timeline.item.pin", _owned(record_id, entity))


def unpin(record_id: int, entity: Entity) -> Command:
    """Take a pin off again."""
    return Command("crm.timeline.item.unpin", _owned(record_id, entity))


def comment_with_files(portal: Portal, entity: Entity, text: str, files: Mapping[str, bytes]) -> int:
    """Put files (name -> bytes) into the timeline as a comment and return the record's id.

    A lost answer raises OutcomeUnknown: look with `find_comment` by marker and file before sending again.
    """
    if not text.strip():
        raise ValueError("a comment with files needs a text")
    fields = {
        **_named(entity),
        "COMMENT": bbcode.plain(text.strip()),
        "FILES": [[name, base64.b64encode(data).decode("ascii")] for name, data in files.items()],
    }
    id = positive_int(portal.call("crm.timeline.comment.add", {"fields": fields}, write=True).result)
    if not id:
        raise BitrixError(N_("Bitrix24 accepted the comment but returned no ID for it."), code="no_id")
    return id


def find_activity(portal: Portal, entity: Entity, origin_id: str) -> ActivityRef | None:
    """Find our live card by our reference: checked here, since the classic list may ignore a filter."""
    filters = {
        "OWNER_TYPE_ID": entity.type_id,
        "OWNER_ID": entity.id,
        "PROVIDER_ID": PROVIDER,
        "ORIGIN_ID": origin_id,
    }
    for row in _rows(portal, "crm.activity.list", {"filter": filters, "order": {"ID": "DESC"}}):
        if card_reading.is_configurable_of(row, entity) and row.get("ORIGIN_ID") == origin_id:
            return card_reading.activity(row)
    return None


def find_comment(portal: Portal, entity: Entity, marker: str, file_name: str, since: datetime) -> int | None:
    """Find the newest comment of a card whose text holds a marker and which carries the file.

    The marker alone would find a comment of a person who quotes it. `since`: older ones are not looked at.
    """
    wanted, asked = bbcode.plain(marker), {"filter": _named(entity), "order": {"ID": "DESC"}}
    for row in takewhile(_not_before(since, "CREATED"), _rows(portal, "crm.timeline.comment.list", asked)):
        same_card = positive_int(row.get("ENTITY_ID")) in (0, entity.id)
        if same_card and wanted in str(row.get("COMMENT") or "") and _carries(row, file_name):
            return positive_int(row.get("ID")) or None
    return None


def has_log_message(portal: Portal, entity: Entity, marker: str, since: datetime) -> bool:
    """Tell whether a line with a marker stands in the history of a card; `since`: older ones are not looked at.

    docs: api-reference/crm/timeline/logmessage/crm-timeline-logmessage-list.md
    """
    asked = {"entityTypeId": entity.type_id, "entityId": entity.id, "order": {"id": "desc"}}
    rows = _rows(portal, "crm.timeline.logmessage.list", asked, inside="logMessages")
    return any(marker in str(row.get("text")).split() for row in takewhile(_not_before(since, "created"), rows))


def _carries(row: Mapping[str, Any], file_name: str) -> bool:
    """Drive numbers a second file of a name: `offer (1).pdf` is `offer.pdf` as well."""
    stem, dot, ending = file_name.rpartition(".")
    files = [file for file in as_map(row.get("FILES")).values() if isinstance(file, Mapping)]
    names = [str(file.get("name") or "") for file in files]
    return any(name.startswith(stem) and name.endswith(dot + ending) for name in names)


def _not_before(since: datetime, column: str) -> Callable[[Mapping[str, Any]], bool]:
    def holds(row: Mapping[str, Any]) -> bool:
        created = moment(row.get(column))
        return created is None or created >= since

    return holds


def _rows(portal: Portal, method: str, params: Mapping[str, Any], inside: str = "") -> Iterator[Mapping[str, Any]]:
    """Read a list from its beginning, a page as it is needed, and no further than MAX_PAGES."""
    start: int | None = 0
    for _page in range(MAX_PAGES):
        answer = portal.call(method, {**params, "start": start})
        found = as_map(answer.result)
        found = as_map(found[inside]) if inside in found else found
        yield from (row for row in found.values() if isinstance(row, Mapping))
        start = answer.next
        if not start:
            return


def _owned(record_id: int, entity: Entity) -> dict[str, int]:
    return {"id": record_id, "ownerTypeId": entity.type_id, "ownerId": entity.id}


def _named(entity: Entity) -> dict[str, Any]:
    """Comments name the type in words; everything newer uses numbers."""
    return {"ENTITY_ID": entity.id, "ENTITY_TYPE": type_name(entity.type_id).lower()}
