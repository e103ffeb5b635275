"""Time in front of the desk: Berlin in March 2026, days that pass, who was written to meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import product
from zoneinfo import ZoneInfo

from b24app.clock import from_ms
from b24app.domain.events import EventType
from b24app.domain.reminders import Reminders
from b24app.domain.signature_request import Status
from b24app.services.act_on_time import act_on_time
from b24app.store import audit, requests
from tests.hand_clocks import HandClocks
from tests.services.desk import Desk

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = Reminders(first_days=3, every_days=4, most=2, before_deadline=False)
EVERY_DAY = Reminders(first_days=1, every_days=1, most=9, before_deadline=False)


def berlin(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)


@dataclass(frozen=True)
class Until:
    """Let time pass until a moment, looking a few times a day; tells when somebody was written to."""

    desk: Desk
    clocks: HandClocks

    def __call__(
        self, end: datetime, looks: Iterable[tuple[int, int]] = ((0, 0), (8, 59), (9, 0), (16, 0))
    ) -> list[str]:
        begun, written = self.clocks.wall().astimezone(BERLIN), []
        for day, (hour, minute) in product(range(begun.day, end.day + 1), looks):
            moment = berlin(day, hour, minute)
            if begun < moment <= end:
                written += self._look(moment)
        self.clocks.moment = end.astimezone(UTC)
        return written

    def _look(self, moment: datetime) -> list[str]:
        before, self.clocks.moment = len(self.desk.sink.letters), moment.astimezone(UTC)
        if act_on_time(self.desk.ctx):
            self.desk.work()
        return [f"{moment:%a %d %H:%M} {address_of(letter)}" for letter in self.desk.sink.letters[before:]]


def address_of(letter: EmailMessage) -> str:
    return str(letter["To"].addresses[0].addr_spec)


def happened(request_id: str, type: EventType) -> int:
    return sum(event.type == type for event in audit.events("acme", request_id))


def status(request_id: str) -> Status:
    return requests.load("acme", request_id).status


def due_at(request_id: str) -> datetime | None:
    due = requests.row("acme", request_id).due_at
    return from_ms(due) if due else None
