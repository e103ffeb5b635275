"""Kills processes where it hurts: in the middle of a send, a signature, a call, a seal, a hand-over, a document job.

After a worker's death its lease must run out. The clock is moved for that, but only when what the dead had asked of the
portal has ended there, as a real minute would have seen to (tests/crash/passing_time.py).
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from b24app.domain.events import Topic
from b24app.store.database import reading
from b24app.store.tables import OutboxMessage, Portal
from tests.crash.passing_time import LONGEST_LEASE_S
from tests.crash.people import Town
from tests.crash.processes import Kennel, kill
from tests.shifted_clock import ShiftedClock

OCCASION_S = 8.0
DELAY_S = 0.3
SLOW = ("batch", "crm.timeline.comment.add")
LETHAL_DOORS = {"web in a send": ("composer/send",), "web in a signature": ("s/finish", "s/signature", "s/consent")}


@dataclass
class Killer:
    """Kills until it has killed `most`; counts by the kind of process and the moment."""

    town: Town
    kennel: Kennel
    clock: ShiftedClock
    dice: random.Random
    most: int
    kills: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """The loop of a thread."""
        while self.kills.total() < self.most and not self.stop.is_set():
            [aim] = self.dice.choices(list(AIMS), [weight for _, weight in AIMS.values()])
            AIMS[aim][0](self, aim)
        self.stop.set()

    # -- aims -----------------------------------------------------------------------------------------------------

    def web_at_a_door(self, aim: str) -> None:
        under_way = self.town.browser.under_way
        if self._wait(lambda: any(under_way[door] > 0 for door in LETHAL_DOORS[aim])):
            self._hesitate(0.15)
            self._kill(aim, self.kennel.web_workers())

    def web_anywhere(self, aim: str) -> None:
        self._hesitate(0.5)
        self._kill(aim, self.kennel.web_workers())

    def web_whole(self, aim: str) -> None:
        """The server and all its workers, as when a machine loses its power."""
        self._hesitate(0.5)
        with self.kennel.hold():
            for pid in [self.kennel.web.pid, *self.kennel.web_workers()]:
                self.kills[aim] += kill(pid)

    def worker_in_a_call(self, aim: str) -> None:
        """Kill who waits for the portal: before it has done what it was asked, or after."""
        kind = self.dice.choice(["slow", "answer_late"])
        fault = self.town.acme.faults.add(kind, method=self.dice.choice(SLOW), delay_s=DELAY_S)
        if self._wait(lambda: fault.over):
            self._hesitate(DELAY_S)
            self._kill_worker(aim, self._holder())
        fault.times = 0

    def worker_in_a_letter(self, aim: str) -> None:
        """Kill who waits for the mail server, which has the letter already."""
        fault = self.town.sandbox.mailbox.faults.add("smtp_late", delay_s=DELAY_S)
        if self._wait(lambda: fault.over):
            self._hesitate(DELAY_S)
            self._kill_worker(aim, self._holder())
        fault.times = 0

    def worker_at_a_topic(self, aim: str) -> None:
        topic = {"worker in a seal": Topic.SEAL, "worker in a hand-over": Topic.HAND_OVER}[aim]
        if self._wait(lambda: self._is_begun(topic)):
            self._hesitate(0.3 if topic is Topic.SEAL else 0.02)
            self._kill_worker(aim, self._holder())

    def worker_anywhere(self, aim: str) -> None:
        self._hesitate(0.5)
        self._kill_worker(aim, [slot.pid for slot in self.kennel.workers if slot.is_alive])

    def guarded_child(self, aim: str) -> None:
        if self._wait(self.kennel.guarded):
            self._hesitate(0.1)
            self._kill(aim, self.kennel.guarded())

    # -- how ------------------------------------------------------------------------------------------------------

    def _kill(self, aim: str, pids: list[int]) -> None:
        if pids and kill(self.dice.choice(pids)):
            self.kills[aim] += 1

    def _kill_worker(self, aim: str, pids: list[int]) -> None:
        """Kill one; where it held the portal nobody else can take it before the clock has moved."""
        with self.kennel.hold():
            self._kill(aim, pids)
            self.kennel.reap()
            alive = {slot.pid for slot in self.kennel.workers if slot.is_alive}
            if not set(self._holder()) <= alive:
                self._let_the_dead_ones_call_end()
                self.clock.move(LONGEST_LEASE_S)

    def _hesitate(self, most_s: float) -> None:
        time.sleep(self.dice.uniform(0, most_s))

    def _wait(self, occasion: Callable[[], object]) -> bool:
        end = time.monotonic() + OCCASION_S
        while time.monotonic() < end and not self.stop.is_set():
            if occasion():
                return True
            time.sleep(0.005)
        return False

    def _holder(self) -> list[int]:
        """The process that holds acme's lease."""
        with reading():
            row = Portal.get_by_id(self.town.acme.member_id)
        parts = row.lease_by.split(":")
        return [int(parts[1])] if len(parts) > 2 else []

    def _is_begun(self, topic: Topic) -> bool:
        with reading():
            mine = (OutboxMessage.topic == topic.value) & OutboxMessage.done_at.is_null() & (OutboxMessage.attempts > 0)
            return OutboxMessage.select().where(mine).exists()

    def _let_the_dead_ones_call_end(self) -> None:
        time.sleep(DELAY_S + 0.1)
        while self.town.acme.calls.at_work:
            time.sleep(0.01)


AIMS: dict[str, tuple[Callable[[Killer, str], None], int]] = {
    "web in a send": (Killer.web_at_a_door, 14),
    "web in a signature": (Killer.web_at_a_door, 14),
    "web anywhere": (Killer.web_anywhere, 4),
    "web server and workers": (Killer.web_whole, 2),
    "worker in a call": (Killer.worker_in_a_call, 26),
    "worker in a letter": (Killer.worker_in_a_letter, 6),
    "worker in a seal": (Killer.worker_at_a_topic, 10),
    "worker in a hand-over": (Killer.worker_at_a_topic, 8),
    "worker anywhere": (Killer.worker_anywhere, 6),
    "guarded child": (Killer.guarded_child, 12),
}
