"""Children of this process: forked when wanted, lent to one caller at a time, thrown away when spent.

A child that has worked on a stranger's bytes never works again. At most two wait that may be used again.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

from b24app.clock import monotonic_s
from b24app.documents import nursery
from b24app.documents.child_process import Child, ChildDied
from b24app.documents.limits import DEFAULT_LIMITS, IDLE_S, JOBS_PER_CHILD, Limits

__all__ = ["ChildDied", "NoChildFree", "borrow", "close_all"]

AT_WORK_LIMIT = max(2, (os.cpu_count() or 2) * 2)
WAIT_FOR_CHILD_S = 20.0
WAITING_LIMIT = 2


class NoChildFree(Exception):
    """All children stayed at work for as long as we were ready to wait."""


class _Pool:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seats = threading.BoundedSemaphore(AT_WORK_LIMIT)
        self.idle: list[Child] = []

    def take(self, module: str, limits: Limits, reusable: bool) -> Child:
        """Pick a waiting child if a used one will do, else fork one that has never worked."""
        with self.lock:
            self._drop_stale()
            if reusable and limits.memory_mb == DEFAULT_LIMITS.memory_mb and self.idle:
                return self.idle.pop()
        return Child(limits.memory_mb, module)

    def give_back(self, child: Child, limits: Limits) -> None:
        with self.lock:
            is_common = limits.memory_mb == DEFAULT_LIMITS.memory_mb
            if is_common and child.jobs_done < JOBS_PER_CHILD and len(self.idle) < WAITING_LIMIT and child.is_alive:
                self.idle.append(child)
                return
        child.kill()

    def _drop_stale(self) -> None:
        stale = [c for c in self.idle if not c.is_alive or monotonic_s() - c.idle_since_s > IDLE_S]
        for child in stale:
            self.idle.remove(child)
            child.kill()

    def close(self, *, ours: bool) -> None:
        idle, self.idle = self.idle, []
        for child in idle:
            if ours:
                child.kill()
            else:
                child.close_pipes()


_pool = _Pool()


@contextlib.contextmanager
def borrow(job: str, limits: Limits, *, reusable: bool) -> Iterator[Child]:
    """Lend a child for one job. Raises: NoChildFree. Any exception inside throws the child away."""
    pool, module = _pool, job.partition(":")[0]
    if not pool.seats.acquire(timeout=WAIT_FOR_CHILD_S):
        raise NoChildFree
    try:
        child = pool.take(module, limits, reusable)
        child.reusable = reusable
        try:
            yield child
        except BaseException:
            child.kill()
            raise
        if reusable:
            pool.give_back(child, limits)
        else:
            child.kill()
    finally:
        pool.seats.release()


def close_all() -> None:
    """End all waiting children of this process, and what they are forked from."""
    _pool.close(ours=True)
    nursery.close()


def waiting() -> list[dict[str, Any]]:
    """Describe the waiting children, for tests and for the health page."""
    return [{"pid": c.pid, "jobs_done": c.jobs_done, "module": c.module} for c in _pool.idle]


def _start_anew_after_fork() -> None:
    """In a forked process the children belong to the parent: forget them, and close our copies of their pipes."""
    global _pool
    _pool.close(ours=False)
    _pool = _Pool()


atexit.register(close_all)
os.register_at_fork(after_in_child=_start_anew_after_fork)
