"""The application as a process of its own, on a clock that tests can move: `python -m tests.crash.application ROLE X`.

Settings come from the environment as always; the clock's file lies in the data directory.

    web WORKERS            gunicorn
    worker THREADS         works until it is ended
    work SECONDS           does what is due, then ends
    die-after TOPIC        does what is due, and dies by SIGKILL when a message of that topic is done but not yet marked
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial

from flask import Flask

from b24app import create_app, settings
from b24app.domain.events import Topic
from b24app.outbox.message import Handler, Message
from b24app.serving import Server
from b24app.wiring import wire, wire_handlers, wire_worker
from tests.shifted_clock import ShiftedClock

DRAIN_S = 60.0


class ShiftedServer(Server):
    def load(self) -> Flask:
        return create_app(self.settings, ShiftedClock(self.settings.data_path))


def web(workers: str) -> None:
    ShiftedServer(settings.load(), int(workers)).run()


def worker(threads: str) -> None:
    known = settings.load()
    wire_worker(wire(known, ShiftedClock(known.data_path))).run_forever(int(threads))


def work(seconds: str) -> None:
    known = settings.load()
    wire_worker(wire(known, ShiftedClock(known.data_path))).drain(float(seconds))


def die_after(topic: str) -> None:
    known = settings.load()
    ctx = wire(known, ShiftedClock(known.data_path))
    handlers = wire_handlers(ctx)
    handlers[Topic(topic)] = partial(_then_die, handlers[Topic(topic)])
    wire_worker(ctx, handlers).drain(DRAIN_S)


def _then_die(handle: Handler, message: Message) -> None:
    handle(message)
    os.kill(os.getpid(), signal.SIGKILL)


ROLES: dict[str, Callable[[str], None]] = {"web": web, "worker": worker, "work": work, "die-after": die_after}

if __name__ == "__main__":
    ROLES[sys.argv[1]](sys.argv[2])
