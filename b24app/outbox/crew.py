"""Threads that serve portals: hints come in on one side, each portal waits at most once on the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Crew:
    """Serves portals with so many threads at once.

    A hint for a portal that already waits for a free thread is dropped: whoever begins then sees all its work. One that
    comes while its portal is being served waits in line, for that turn may be looking at its last row already.
    """

    def __init__(self, serve: Callable[[str], object], threads: int) -> None:
        self._serve = serve
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._is_dismissed = False
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="crew")

    def call(self, portal: str) -> None:
        with self._lock:
            if portal in self._waiting or self._is_dismissed:
                return
            self._waiting.add(portal)
            self._threads.submit(self._begin, portal)

    def dismiss(self) -> None:
        """Let what has been begun come to its end; those who wait stay in the rows."""
        with self._lock:
            self._is_dismissed = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, portal: str) -> None:
        with self._lock:
            self._waiting.discard(portal)
        self._serve(portal)
