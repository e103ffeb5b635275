"""What a person sees of one request: in the portal's card, in the bell, in the mailbox. Read from the sandbox only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from b24app.sandbox.mailbox.letters import Letter
from b24app.sandbox.portal.notifications import Notification
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.timeline import Activity, Record

Owner = tuple[int, int]


@dataclass(frozen=True)
class Entry:
    """A log entry; `seq` is the number in its mark, `record` its place in the timeline."""

    seq: int
    text: str
    record: int


@dataclass(frozen=True)
class Seen:
    """Everything of a request, oldest first."""

    cards: list[Activity]
    entries: list[Entry]
    files: list[Record]
    notes: list[Notification]
    owner: Owner

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.entries]

    @property
    def in_order(self) -> bool:
        numbers = [entry.seq for entry in self.entries]
        return numbers == sorted(numbers)

    @property
    def doubled(self) -> int:
        return len(self.entries) - len({entry.seq for entry in self.entries})

    @property
    def last_entry(self) -> int:
        """The record of the newest entry."""
        return max((entry.record for entry in self.entries), default=0)

    @property
    def tag(self) -> str:
        """The coloured word of the live card."""
        [card] = self.cards
        tags = card.layout["header"]["tags"]
        return str(tags["t0"]["title"])

    def is_pinned(self, record: Record) -> bool:
        return self.owner in record.pinned


def look(portal: Portal, owner: Owner, request_id: str) -> Seen:
    """Gather what a portal shows of a request in a card."""
    with portal.lock:
        records = sorted(portal.timeline.of(owner), key=lambda record: record.id)
        cards = [one for one in portal.timeline.activities.values() if one.fields.get("originId") == request_id]
        notes = [note for note in portal.notifications.all if note.tag == f"PARAPH|{request_id}"]
    files = [r for r in records if r.kind == "comment" and r.data["files"] and f"/v/{request_id}" in r.data["text"]]
    return Seen(cards, list(_entries(records, request_id)), files, notes, owner)


def by_message_id(letters: list[Letter]) -> dict[str, list[Letter]]:
    """Sort letters by what mail programs take for one."""
    found: dict[str, list[Letter]] = {}
    for letter in reversed(letters):
        found.setdefault(letter.header("Message-ID"), []).append(letter)
    return found


def _entries(records: list[Record], request_id: str) -> Iterator[Entry]:
    mark = re.compile(rf"(.*) #{re.escape(request_id[:6])}/(\d+)", re.DOTALL)
    for record in records:
        found = mark.fullmatch(record.data["text"]) if record.kind == "log" else None
        if found:
            yield Entry(int(found[2]), found[1], record.id)
