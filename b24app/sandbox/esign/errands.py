"""Work done later by one thread: preparing a document, posting an event, letting a request expire."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from b24app.sandbox.esign.clock import Clock

LONGEST_WAIT_S = 60.0


@dataclass(order=True)
class Errand:
    """One thing to do at a moment of the clock. `patient`: settle() does not wait for it."""

    due: float
    number: int
    act: Callable[[], None] = field(compare=False)
    patient: bool = field(compare=False, default=False)


class Errands:
    """A queue ordered by due time and the thread that works it off."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._ready = threading.Condition()
        self._heap: list[Errand] = []
        self._numbers = itertools.count()
        self._busy = False
        self._stopped = False
        clock.watch(self._wake)
        threading.Thread(target=self._work, daemon=True).start()

    def later(self, delay_s: float, act: Callable[[], None], *, patient: bool = False) -> None:
        """Do something in so many seconds; equal moments keep their order."""
        with self._ready:
            heapq.heappush(self._heap, Errand(self.clock.now() + delay_s, next(self._numbers), act, patient))
            self._ready.notify_all()

    def at(self, moment: float, act: Callable[[], None], *, patient: bool = False) -> None:
        self.later(moment - self.clock.now(), act, patient=patient)

    def settle(self, timeout_s: float = 20.0) -> bool:
        """Wait until nothing impatient is left; False when that took too long."""
        until = time.monotonic() + timeout_s
        with self._ready:
            while self._pressing() and time.monotonic() < until:
                self._ready.wait(0.05)
            return not self._pressing()

    def stop(self) -> None:
        with self._ready:
            self._stopped = True
            self._ready.notify_all()

    def _pressing(self) -> bool:
        now = self.clock.now()
        waiting = any(not errand.patient or errand.due <= now for errand in self._heap)
        return waiting or self._busy

    def _wake(self) -> None:
        with self._ready:
            self._ready.notify_all()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand.act()
            except Exception:
                traceback.print_exc()
            finally:
                with self._ready:
                    self._busy = False
                    self._ready.notify_all()

    def _next(self) -> Errand | None:
        """Wait for the first due errand; None when stopped."""
        with self._ready:
            while not self._stopped:
                wait_s = self._heap[0].due - self.clock.now() if self._heap else LONGEST_WAIT_S
                if wait_s <= 0:
                    self._busy = True
                    return heapq.heappop(self._heap)
                self._ready.wait(min(wait_s, LONGEST_WAIT_S))
        return None


def settle_all(queues: list[Errands], timeout_s: float = 20.0) -> None:
    """Wait until several queues are idle: what one does may give work to another."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        for queue in queues:
            queue.settle(until - time.monotonic())
        if all(queue.settle(0) for queue in queues):
            return
    raise TimeoutError("the stand-in is still busy")
