"""A room for troubles: the office with a clock in its hand, and workers that live, and die, as processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path

from b24app.outbox.rate import BURST_MILLI
from b24app.sandbox.portal.portal import Portal as SandboxPortal
from b24app.services.approve_request import approve_request
from b24app.services.remind_signer import remind_signer
from b24app.services.signature_input import SignatureInput
from b24app.services.void_request import void_request
from b24app.store import outbox, portals
from b24app.store.database import reading, writing
from b24app.store.tables import OutboxMessage, Portal
from b24app.wiring import wire_worker
from tests.office import ANNA, Office, first_signer, looked_at, open_office
from tests.seen import Seen, by_message_id, look
from tests.shifted_clock import ShiftedClock

TICK = "UF_CRM_EXPRESS_START"
ROOT = Path(__file__).parents[2]
TYPED = SignatureInput("type", text="Anna Schmidt")
_numbers = count(1)


@dataclass(frozen=True)
class Paper:
    """A document on its way: from which lead, to whom, and who only gets a copy."""

    request_id: str
    lead: int
    email: str
    copy: str


@dataclass
class Room:
    office: Office
    clock: ShiftedClock

    @property
    def acme(self) -> SandboxPortal:
        return self.office.sandbox.portal("acme")

    @property
    def portal(self) -> Portal:
        with reading():
            return portals.get(self.acme.member_id)

    # -- what people do ------------------------------------------------------------------------------------------

    def send(self) -> Paper:
        """Send the usual document from a lead of its own, with one checkbox changed, to an address of its own."""
        lead = int(self.acme.add_lead(title="Site", assignedById=ANNA, uf={TICK: False}).id)
        page, email = self.office.composer(lead, user=ANNA), f"ann.{next(_numbers)}@room.example"
        copy = f"copy.{email}"
        ticks = {"tick_paths": [f"lead.{TICK}"], f"tick_lead.{TICK}": "1"}
        sent = page.post("/composer/send", looked_at(page, signer_email=[email], copy_to=[copy], **ticks))
        found = re.search(r'data-request="([^"]+)"', sent.text)
        assert found, sent.text
        return Paper(found[1], lead, email, copy)

    def remind(self, paper: Paper) -> None:
        with reading():
            signer = first_signer(paper.request_id)
            remind_signer(self.office.ctx, self.portal, ANNA, paper.request_id, signer.id)

    def press(self, paper: Paper) -> None:
        """Press *Remind* on the live card; the event comes as the portal's queue posts it."""
        [card] = self.seen(paper).cards
        data = {"id": "remind", "request": paper.request_id, "activityId": card.id, "userId": ANNA}
        form = {f"data[{name}]": str(value) for name, value in data.items()}
        form |= {f"auth[{name}]": str(value) for name, value in self.acme.events.auth(self.acme.app, None).items()}
        event = {"event": "ONCRMTIMELINEITEMACTION", "ts": str(next(_numbers))}
        assert self.office.client.post("/events/bitrix24", data={**event, **form}).status_code == 200

    def withdraw(self, paper: Paper) -> None:
        with reading():
            void_request(self.office.ctx, self.portal, ANNA, paper.request_id, "Wrong price")

    def approve(self, paper: Paper) -> None:
        """Have it signed, then approve it; what follows is left to a worker."""
        self.office.sign(paper.request_id)
        with reading():
            approve_request(self.office.ctx, self.portal, ANNA, paper.request_id, TYPED, remember=False)

    # -- what is seen --------------------------------------------------------------------------------------------

    def seen(self, paper: Paper) -> Seen:
        return look(self.acme, (1, paper.lead), paper.request_id)

    def letters(self, paper: Paper) -> list[int]:
        """How often each letter has come, the oldest first."""
        found = by_message_id(self.office.sandbox.mailbox.letters(paper.email))
        return [len(letters) for letters in found.values()]

    def copies(self, paper: Paper) -> list[int]:
        """How often each letter has come to whoever only gets a copy."""
        return [len(letters) for letters in by_message_id(self.office.sandbox.mailbox.letters(paper.copy)).values()]

    def waiting(self) -> list[OutboxMessage]:
        with reading():
            return outbox.open_messages(self.acme.member_id)

    # -- the worker ----------------------------------------------------------------------------------------------

    def work(self) -> None:
        wire_worker(self.office.ctx).drain(60)

    def fill_bucket(self) -> None:
        """Give back the portal's tokens: they do not grow while the clock is moved by hand."""
        with writing():
            Portal.update(tokens_milli=BURST_MILLI).execute()

    def recover(self) -> None:
        """Work, and let leases and waits run out, until everything is done."""
        for _ in range(8):
            self.work()
            if not self.waiting():
                return
            self.clock.move(200)
        raise AssertionError([(message.topic, message.attempts, message.error) for message in self.waiting()])

    def process(self, *role: str) -> subprocess.Popen[bytes]:
        """Start the worker as a process of its own, on the same data and the same clock."""
        settings = self.office.ctx.settings
        values = {f"PARAPH_{f.name.upper()}": str(getattr(settings, f.name)) for f in fields(settings)}
        environment = {**os.environ, **values, "PARAPH_ALLOW_INSECURE_PORTALS": "1"}
        command = [sys.executable, "-m", "tests.crash.application", *role]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


@contextmanager
def open_room(directory: Path) -> Iterator[Room]:
    clock = ShiftedClock(directory)
    with open_office(directory, now=clock) as office:
        yield Room(office, clock)
