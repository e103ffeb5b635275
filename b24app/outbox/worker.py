"""The worker: serves portals in turns, runs handlers outside of transactions, alone decides about retries."""

from __future__ import annotations

import itertools
import random
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta

import structlog
from peewee import PeeweeException
from structlog.contextvars import bound_contextvars

from b24app.clock import Clock, monotonic_s, steady_since_ms, trusted
from b24app.domain.events import Topic
from b24app.errors import N_, AppError, ConfigError
from b24app.outbox import rate, repair, schedule
from b24app.outbox.backoff import Jitter
from b24app.outbox.crew import Crew
from b24app.outbox.message import RULES, DeadRule, Handler, Message, OnDead, marks
from b24app.outbox.queue import Hints, Runner
from b24app.outbox.rate import OnWait, ignore_wait
from b24app.outbox.turn import Policy, Turn
from b24app.store import outbox
from b24app.store.database import reading, writing
from b24app.store.outbox import PORTAL

SLICE = timedelta(seconds=1)
SWEEP_AHEAD = timedelta(minutes=1)
KEEP_DONE = timedelta(days=30)
THREADS = 32  # a hundred busy portals at 1.9 calls a second that take 50 ms each keep about 15 threads waiting
TAKE_HINTS = 2
AGAIN_S = 1.0

log = structlog.get_logger()


def _ignore_dead(_message: Message, _error: Exception) -> None: ...


def _nothing_due() -> None: ...


class Worker:
    """Runs what stands in the outbox.

    `on_dead` is called inside the transaction that gives a message up: it may write rows, it must not call out.
    `due` is called once a minute (reminders, expiry). `worker_id` names it in the logs. `on_wait` is told when work
    waits for a portal's bucket.
    """

    def __init__(
        self,
        handlers: Mapping[Topic, Handler],
        hints: Hints,
        now: Clock,
        worker_id: str,
        *,
        rules: Mapping[Topic, DeadRule] = RULES,
        on_dead: OnDead = _ignore_dead,
        due: Callable[[], object] = _nothing_due,
        jitter: Jitter = random.random,
        on_wait: OnWait = ignore_wait,
    ) -> None:
        missing = sorted(topic.value for topic in Topic if topic not in handlers or topic not in rules)
        if missing:
            raise ConfigError(N_("The worker has no handler or rule for: %(topics)s."), topics=", ".join(missing))
        self._handlers = handlers
        self._hints = hints
        self._now = now
        self._worker_id = f"{worker_id}/{secrets.token_hex(4)}"  # a lease must never look like another's
        self._turns = itertools.count(1)
        self._policy = Policy(rules, on_dead, jitter, on_wait)
        self._due = due
        self._runner: Runner | None = None
        self._is_stopping = threading.Event()

    def serve_portal(self, portal: str) -> int:
        """Serve one portal for about a second; returns how many messages were run.

        Does nothing when somebody else has the portal: he hints again when he leaves.
        """
        turn = Turn(portal, f"{self._worker_id}/{next(self._turns)}", self._policy, self._now)
        begun, served = self._now(), 0
        with bound_contextvars(portal=portal), reading():
            message = self._claim_or_leave(turn, self._now())
            while message is not None:
                with bound_contextvars(**marks(message)):
                    error = self._run(message)
                    message = self._go_on(turn, message, error, begun)
                served += 1
        if turn.wake_at is not None:
            self._hints.send(portal, turn.wake_at)
        return served

    def sweep(self) -> None:
        """Hint at every portal that has work, now or within a minute: repairs lost hints and impossible times."""
        now = self._now()
        since = steady_since_ms(self._now)
        repair.pull_back(now)
        with reading():
            rows = [schedule.read(portal) for portal in outbox.due_portals(now + SWEEP_AHEAD)]
            moments = [
                (row.member_id, schedule.wake_at(row, schedule.times(row.member_id), now, since)) for row in rows if row
            ]
        for portal, at in moments:
            self._hints.hint(portal, at)

    def each_minute(self) -> None:
        """Sweep, then do what time itself causes."""
        now = trusted(self._now)
        self.sweep()
        with reading():
            self._due()
        if now is not None and (now.hour, now.minute) == (3, 17):
            with writing():
                outbox.remove_done(now - KEEP_DONE)

    def drain(self, deadline_s: float) -> int:
        """Serve until nothing can be begun any more, or the deadline; returns how many messages were run."""
        until, served = monotonic_s() + deadline_s, 0
        while monotonic_s() < until:
            with reading():
                portals = outbox.due_portals(self._now())
            run = sum(self.serve_portal(portal) for portal in portals)
            if not run:
                break
            served += run
        return served

    def run_forever(self, threads: int = THREADS) -> None:
        """Work until SIGTERM, SIGINT or stop(); what has been begun is finished.

        `threads` portals are served at once. Two more take hints: each of those keeps connections to the queue.
        """

        def serve(portal: str) -> None:
            if not self._weather(self.serve_portal, portal):
                crew.call(portal)

        crew = Crew(serve, threads)
        self._hints.listen(crew.call, lambda: self._weather(self.each_minute))
        self._runner = Runner(self._hints.huey, TAKE_HINTS)
        self.each_minute()
        log.info("worker_started", worker=self._worker_id, threads=threads)
        self._runner.run()
        self._is_stopping.set()
        crew.dismiss()
        log.info("worker_stopped", worker=self._worker_id)

    def stop(self) -> None:
        """Ask run_forever to end, from another thread."""
        if self._runner is not None:
            self._runner.end()

    def _weather(self, work: Callable[..., object], *arguments: object) -> bool:
        """Let a thread outlive a database that is away or full, as rows do; False, a moment later, when it is.

        The error's own words are left out of the log, for they may quote values.
        """
        try:
            work(*arguments)
        except PeeweeException as error:
            log.error("database_unavailable", error=type(error).__name__)
            self._is_stopping.wait(AGAIN_S)
            return False
        return True

    def _go_on(self, turn: Turn, message: Message, error: Exception | None, begun: datetime) -> Message | None:
        with writing():
            now = self._now()
            if not turn.settle(message, error, now):
                return None
            if begun <= now < begun + SLICE:  # a clock put back ends the slice too: others would wait for an hour
                return self._claim_or_leave(turn, now)
            self._leave(turn, now)
            return None

    def _claim_or_leave(self, turn: Turn, now: datetime) -> Message | None:
        with writing():
            message = turn.claim(now)
            if message is None:
                self._leave(turn, now)
            return message

    def _leave(self, turn: Turn, now: datetime) -> None:
        """Give the portal back; that somebody will be told to come again is noted in the same transaction."""
        turn.leave(now)
        if turn.wake_at is not None and not self._hints.note(turn.portal, turn.wake_at):
            turn.wake_at = None

    def _run(self, message: Message) -> Exception | None:
        """Call the handler; its error is an answer, not an accident."""
        started_s = monotonic_s()
        try:
            prepaid = rate.prepaid(message.portal) if message.lane == PORTAL else nullcontext()
            with rate.within(message.until), prepaid:
                self._handlers[message.topic](message)
        except AppError as error:
            return error
        except Exception as error:
            log.error("handler_crashed", exc_info=error)
            return error
        log.info("message_handled", duration_ms=round((monotonic_s() - started_s) * 1000, 1))
        return None
