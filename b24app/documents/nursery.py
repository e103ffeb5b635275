"""The parent's side of the fork server: guarded children in milliseconds instead of the time their imports take."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from b24app.documents.fork_server import MESSAGE_BYTES

CODE_ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    "PYTHONPATH": str(CODE_ROOT),
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the address space we limit
    "RAYON_NUM_THREADS": "2",  # so does each of Typst's threads, on machines with many cores
}
COMMAND = ("-P", "-m", "b24app.documents.fork_server")


class Gone(Exception):
    """The fork server ended, and with it its children."""


class Nursery:
    """One fork server and the way to it. Safe with threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, *COMMAND],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
            )

    def fork(self, module: str, memory_mb: int, directory: str, pipes: tuple[int, int]) -> int:
        """Fork a child that reads and writes these pipes, with `module` imported; returns its number. Raises: Gone."""
        return int(self._order(["fork", module, memory_mb, directory], pipes))

    def has_ended(self, pid: int) -> bool:
        """Look without reaping: until we reap it, its number cannot become another process's group."""
        try:
            return bool(self._order(["look", pid]))
        except Gone:
            return True

    def end(self, pid: int) -> int:
        """Kill a child with all it started; returns its exit status as in subprocess, negative for a signal."""
        try:
            return int(self._order(["end", pid]))
        except Gone:
            return -signal.SIGKILL

    def close(self) -> None:
        """End the server, and its children with it."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Close our copy of the way to it, in a forked process: it belongs to the parent."""
        self._control.close()
        self._process.returncode = 0  # not ours to wait for

    def _order(self, order: list[Any], pipes: tuple[int, ...] = ()) -> Any:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(order).encode()], pipes)
                answer = self._control.recv(MESSAGE_BYTES)
            except OSError as e:
                raise Gone from e
        if not answer:
            raise Gone
        return json.loads(answer)


_lock = threading.Lock()
_nursery: Nursery | None = None


def fork(module: str, memory_mb: int, directory: str, pipes: tuple[int, int]) -> tuple[Nursery, int]:
    """Fork a child from this process's server; returns whom to ask about it, and its number."""
    server = _current(None)
    try:
        return server, server.fork(module, memory_mb, directory, pipes)
    except Gone:
        server = _current(instead_of=server)
        return server, server.fork(module, memory_mb, directory, pipes)


def _current(instead_of: Nursery | None) -> Nursery:
    global _nursery
    with _lock:
        if _nursery is None or _nursery is instead_of:
            if _nursery:
                _nursery.close()
            _nursery = Nursery()
        return _nursery


def close() -> None:
    """End this process's server."""
    global _nursery
    with _lock:
        if _nursery:
            _nursery.close()
        _nursery = None


def forget_after_fork() -> None:
    """In a forked process: leave the parent's server alone."""
    global _nursery, _lock
    _lock = threading.Lock()
    if _nursery:
        with contextlib.suppress(OSError):
            _nursery.forget()
    _nursery = None


os.register_at_fork(after_in_child=forget_after_fork)
