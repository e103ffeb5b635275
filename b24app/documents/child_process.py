"""One guarded child seen from the parent: start, ask with a deadline, kill with all it started."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from typing import Any

from b24app.clock import monotonic_s
from b24app.documents import framing, nursery
from b24app.documents.limits import Limits


class ChildDied(Exception):
    """The child ended without an answer. `status` is as in subprocess: negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the child ended with status {status}")
        self.status = status

    @property
    def by_signal(self) -> bool:
        return self.status < 0

    @property
    def out_of_time(self) -> bool:
        return -self.status in (signal.SIGXCPU, signal.SIGKILL)


class Child:
    """A child process, its pipes and its own empty working directory. One thread at a time: `pool` sees to it."""

    def __init__(self, memory_mb: int, module: str) -> None:
        self.module = module
        self.jobs_done = 0
        self.reusable = False
        self.idle_since_s = monotonic_s()
        self.status: int | None = None
        self._directory = tempfile.mkdtemp(prefix="paraph-child-")
        jobs, self._in = os.pipe()
        self._out, answers = os.pipe()
        try:
            self._nursery, self.pid = nursery.fork(module, memory_mb, self._directory, (jobs, answers))
        except nursery.Gone as e:
            shutil.rmtree(self._directory, ignore_errors=True)
            self.close_pipes()
            raise ChildDied(1) from e
        finally:
            os.close(jobs)
            os.close(answers)
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    @property
    def is_alive(self) -> bool:
        return not self._has_ended()

    def ask(
        self, header: Mapping[str, Any], blobs: Mapping[str, bytes], limits: Limits
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Send one job and wait for the answer. Raises: TimeoutError, ChildDied, BrokenFrame."""
        deadline_s = monotonic_s() + limits.wall_s
        message = {**header, "cpu_s": limits.cpu_s, "reusable": self.reusable}
        try:
            for chunk in framing.encode(message, blobs):
                self._write(chunk, deadline_s)
            answer = framing.decode(lambda size: self._read(size, deadline_s))
        except BrokenPipeError as e:
            raise self._died() from e
        self.jobs_done += 1
        self.idle_since_s = monotonic_s()
        return answer

    def _write(self, chunk: bytes, deadline_s: float) -> None:
        view = memoryview(chunk)
        while view:
            self._wait(self._in, select.POLLOUT, deadline_s)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._in, view) :]

    def _read(self, size: int, deadline_s: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self._out, select.POLLIN, deadline_s)
            with contextlib.suppress(BlockingIOError):
                part = os.read(self._out, min(size - len(data), 1 << 20))
                if not part:
                    raise self._died()
                data += part
        return bytes(data)

    @staticmethod
    def _wait(fd: int, event: int, deadline_s: float) -> None:
        poll = select.poll()
        poll.register(fd, event)
        left_s = deadline_s - monotonic_s()
        if left_s <= 0 or not poll.poll(left_s * 1000):
            raise TimeoutError

    def _died(self) -> ChildDied:
        """Say how the child ended; one that closed its pipe but lives on is killed."""
        give_up_s = monotonic_s() + 1
        while not self._has_ended() and monotonic_s() < give_up_s:
            time.sleep(0.005)
        return ChildDied(self.kill())

    def _has_ended(self) -> bool:
        return self.status is not None or self._nursery.has_ended(self.pid)

    def kill(self) -> int:
        """End the child and everything in its process group; returns its status. Safe to call twice."""
        if self.status is None:
            self.status = self._nursery.end(self.pid)
            shutil.rmtree(self._directory, ignore_errors=True)
            self.close_pipes()
        return self.status

    def close_pipes(self) -> None:
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                os.close(pipe)
