"""The bell: notifications of each employee."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import moments


@dataclass
class Notification:
    """One notification; `author_id` 0 = from the system."""

    id: int
    user_id: int
    author_id: int
    text: str
    tag: str
    sub_tag: str
    attach: Any
    client_id: str
    text_out: str = ""
    read: bool = False
    created: str = field(default_factory=moments.now_iso)


class Notifications:
    """All notifications of a portal, oldest first."""

    def __init__(self) -> None:
        self._ids = itertools.count(1500)
        self.all: list[Notification] = []

    def add(self, **values: Any) -> Notification:
        """Append one; older ones with the same TAG of the same application disappear, whoever they were for."""
        note = Notification(next(self._ids), **values)
        if note.tag:
            self.all = [known for known in self.all if not _same_tag(known, note)]
        self.all.append(note)
        return note

    def of(self, user_id: int) -> list[Notification]:
        """An employee's notifications, newest first."""
        return [note for note in reversed(self.all) if note.user_id == user_id]

    def delete(self, client_id: str, *, number: int = 0, tag: str = "") -> None:
        self.all = [
            note
            for note in self.all
            if note.client_id != client_id or not (note.id == number or (tag and note.tag == tag))
        ]

    def read(self, user_id: int, number: int = 0) -> None:
        """Mark one (or all) as read."""
        for note in self.of(user_id):
            if number in (0, note.id):
                note.read = True


def _same_tag(one: Notification, other: Notification) -> bool:
    return (one.client_id, one.tag) == (other.client_id, other.tag)
