"""Time that passes at once, and only while nobody is in the middle of a call.

The clock moves while its mover holds the portal's lease, so that no worker finds his own lease run out under his hands.
"""

from __future__ import annotations

import threading

from b24app.clock import to_ms
from b24app.outbox.worker import Worker
from b24app.store import outbox
from b24app.store.database import reading, writing
from b24app.store.tables import Portal
from tests.shifted_clock import ShiftedClock

LONGEST_LEASE_S = 125
LONG_S = 600
MOVER = "passing-time"


def pass_time(portal: str, clock: ShiftedClock, seconds: int) -> bool:
    """Move the clock unless somebody holds the portal; says whether it was moved."""
    with writing():
        now_ms = to_ms(clock())
        is_free = (Portal.lease_until <= now_ms) | (Portal.lease_by == "")
        hold = Portal.update(lease_by=MOVER, lease_until=now_ms + LONGEST_LEASE_S * 1000)
        taken = hold.where((Portal.member_id == portal) & is_free).execute()
    if taken:
        clock.move(max(seconds, LONGEST_LEASE_S))
    return bool(taken)


def is_idle(portal: str) -> bool:
    with reading():
        return not outbox.open_messages(portal)


def help_along(worker: Worker, portal: str, clock: ShiftedClock, enough: threading.Event) -> None:
    """Do what is due and let waits run out until told; the loop of a thread, beside the other workers."""
    while not enough.is_set():
        worker.drain(10)
        if is_idle(portal) or not pass_time(portal, clock, LONG_S):
            enough.wait(0.3)
