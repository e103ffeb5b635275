"""A process for the kill tests: `python one_process.py DIRECTORY ROLE`. It dies by SIGKILL where its role says.

The files `database` and `queue` hold the addresses.
Its clock is the real one plus what stands in the file `offset`, so that a test can let a lease run out at once. Each
effect is one line in the file `effects`, written with one call as a portal would take it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from b24app.domain.events import Topic
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.worker import Worker
from b24app.store import database, outbox
from tests.shifted_clock import ShiftedClock


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Effects:
    """The outside world: takes effects and keeps their order."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "effects"

    def __call__(self, message: Message) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{message.key} {message.attempts} {os.getpid()} {time.time()}\n".encode())
        os.close(descriptor)


class MutedHints(Hints):
    """Dies where the hint would be sent."""

    def send(self, portal: str, at: datetime | None = None) -> None:
        die()


def make_worker(directory: Path, handler: Callable[[Message], None], hints: Hints | None = None) -> Worker:
    clock = ShiftedClock(directory)
    hints = hints or Hints((directory / "queue").read_text(), clock)
    return Worker(dict.fromkeys(Topic, handler), hints, clock, str(os.getpid()))


def send(directory: Path, portal: str, request: str) -> None:
    for seq in (1, 2, 3):
        outbox.enqueue(portal, request, seq, Topic.INVITE, {}, ShiftedClock(directory)())


def before_commit(directory: Path) -> None:
    with database.writing():
        send(directory, "anna", "r1")
        die()


def after_commit(directory: Path) -> None:
    with database.writing():
        send(directory, "anna", "r1")
    die()


def after_pop(directory: Path) -> None:
    hints = Hints((directory / "queue").read_text(), ShiftedClock(directory))
    worker = make_worker(directory, Effects(directory), hints)
    hints.listen(lambda _portal: die(), lambda: None)
    hints.huey.execute(hints.huey.dequeue())
    worker.stop()


def after_claim(directory: Path) -> None:
    make_worker(directory, lambda _message: die()).serve_portal("anna")


def after_call(directory: Path) -> None:
    def call(message: Message) -> None:
        Effects(directory)(message)
        die()

    make_worker(directory, call).serve_portal("anna")


def after_done(directory: Path) -> None:
    """Die in the second message: the first one is done and the second one claimed in one transaction."""

    def call(message: Message) -> None:
        if message.seq == 2:
            die()
        Effects(directory)(message)

    make_worker(directory, call).serve_portal("anna")


def after_release(directory: Path) -> None:
    """Die between the end of a slice and the hint that continues it."""
    clock = ShiftedClock(directory)

    def call(message: Message) -> None:
        Effects(directory)(message)
        clock.move(2)

    hints = MutedHints((directory / "queue").read_text(), clock)
    make_worker(directory, call, hints).serve_portal("anna")


def stall(directory: Path) -> None:
    """Write one effect, then hang until the test says go."""

    def call(message: Message) -> None:
        Effects(directory)(message)
        while not (directory / "go").exists():
            threading.Event().wait(0.005)

    make_worker(directory, call).serve_portal("anna")


def work(directory: Path) -> None:
    make_worker(directory, Effects(directory)).run_forever()


def play(place: Path, role: str) -> None:
    """Be that process."""
    database.connect((place / "database").read_text())
    globals()[role](place)


if __name__ == "__main__":
    play(Path(sys.argv[1]), sys.argv[2])
