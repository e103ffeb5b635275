"""What a card's timeline holds: comments, log entries, activities, pins."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import moments

Owner = tuple[int, int]
MAX_PINNED = 3


@dataclass
class Record:
    """One timeline record. `kind`: comment, log, history, document, activity.

    `owners` are the cards that show it (type id, item id); `pinned` those it is pinned on.
    `data` depends on the kind: comment {text, files}, log {title, text, iconCode}, activity {activity_id}.
    """

    id: int
    kind: str
    author_id: int
    owners: list[Owner]
    data: dict[str, Any]
    created: str = field(default_factory=moments.now_iso)
    pinned: set[Owner] = field(default_factory=set)


@dataclass
class Activity:
    """A configurable or to-do activity. `fields` and `layout` as REST gave them, checked.

    `waiting` names the clicked action while its record is blocked (restEvent with animationType).
    """

    id: int
    provider: str
    owner: Owner
    author_id: int
    client_id: str
    fields: dict[str, Any]
    layout: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=moments.now_iso)
    updated: str = field(default_factory=moments.now_iso)
    waiting: str | None = None
    waiting_animation: str | None = None

    @property
    def completed(self) -> bool:
        return bool(self.fields.get("completed"))


class Timeline:
    """Records and activities of a portal; `version` grows with each change so that pages know when to redraw."""

    def __init__(self) -> None:
        self._ids = itertools.count(1001)
        self._activity_ids = itertools.count(999)
        self.records: dict[int, Record] = {}
        self.activities: dict[int, Activity] = {}
        self.badges: dict[str, dict[str, Any]] = {}
        self.version = 0

    def touch(self) -> None:
        self.version += 1

    def add(self, kind: str, owner: Owner, author_id: int, **data: Any) -> Record:
        """Append a record; `created` among the data sets its moment."""
        created = data.pop("created", None)
        record = Record(next(self._ids), kind, author_id, [owner], data)
        if created:
            record.created = created
        self.records[record.id] = record
        self.touch()
        return record

    def add_activity(self, provider: str, owner: Owner, author_id: int, client_id: str, **data: Any) -> Activity:
        activity = Activity(next(self._activity_ids), provider, owner, author_id, client_id, **data)
        self.activities[activity.id] = activity
        self.add("activity", owner, author_id, activity_id=activity.id)
        return activity

    def delete_activity(self, activity_id: int) -> None:
        del self.activities[activity_id]
        for record in [r for r in self.records.values() if r.data.get("activity_id") == activity_id]:
            del self.records[record.id]
        self.touch()

    def of(self, owner: Owner, kind: str | None = None) -> list[Record]:
        """A card's records, newest first."""
        mine = [r for r in self.records.values() if owner in r.owners and (kind is None or r.kind == kind)]
        return sorted(mine, key=lambda record: (record.created, record.id), reverse=True)

    def pinned(self, owner: Owner) -> list[Record]:
        return [record for record in self.of(owner) if owner in record.pinned]

    def activity_record(self, activity_id: int) -> Record | None:
        return next((r for r in self.records.values() if r.data.get("activity_id") == activity_id), None)
