"""What every signing service has: a lock, a clock, two queues of errands, troubles, limits, one port."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from flask import Flask

from b24app.sandbox.calls import CallLog
from b24app.sandbox.esign.clock import Clock
from b24app.sandbox.esign.errands import Errands, settle_all
from b24app.sandbox.esign.limits import Windows
from b24app.sandbox.esign.post import Post
from b24app.sandbox.faults import Faults
from b24app.sandbox.serving import Listener

EARLY_S = 5.0


class SigningService:
    """Base of the stand-ins. `work` prepares documents, `mail_room` delivers events."""

    def __init__(self, post: Post, limits: dict[str, int], build: Callable[[], Flask], port: int) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.work, self.mail_room = Errands(self.clock), Errands(self.clock)
        self.faults, self.calls, self.windows = Faults(), CallLog(), Windows()
        self.limits, self.post = limits, post
        self.listener = Listener(build, port)

    @property
    def url(self) -> str:
        return self.listener.url

    def settle(self, timeout_s: float = 20.0) -> None:
        """Wait until documents are prepared and first deliveries of events tried; repeats are not waited for."""
        settle_all([self.work, self.mail_room], timeout_s)

    def tell_early(self) -> None:
        """Let the events of a call arrive before its answer; whoever does not take them in time is not waited for."""
        with contextlib.suppress(TimeoutError):
            self.settle(EARLY_S)

    def advance(self, seconds: float) -> None:
        """Let time pass at once: things expire, retries come due."""
        self.clock.advance(seconds)

    def go_down(self) -> None:
        self.listener.down()

    def come_back(self) -> None:
        self.listener.up()

    def stop(self) -> None:
        self.work.stop()
        self.mail_room.stop()
        self.listener.stop()
