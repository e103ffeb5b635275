"""The process that guarded children are forked from: it has imported what they need and never sees a document.

Usage: python -m b24app.documents.fork_server, with a socket as stdin. Started by `nursery` only. It takes one order at
a time, a JSON list in one message, and answers with one JSON value:

    ["fork", module, memory_mb, directory] and two descriptors, to read jobs from and write answers to -> process id
    ["look", pid] -> whether the child has ended; its number stays taken
    ["end", pid] -> kill it with all it started; as in subprocess, its exit status, negative for a signal
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import shutil
import signal
import socket
from collections.abc import Collection
from typing import Any, NoReturn

from b24app.documents import child
from b24app.documents.job import is_allowed

MESSAGE_BYTES = 4096
LONGEST_IDLE_S = 600.0


def main() -> None:
    """Serve until the parent hangs up, or wants nothing for a long time and has no child."""
    with socket.socket(fileno=0) as control:
        children: dict[int, str] = {}
        while _is_wanted(control, children):
            message, pipes, _flags, _address = socket.recv_fds(control, MESSAGE_BYTES, 2)
            if not message:
                break
            answer = _obey(json.loads(message), pipes, control, children)
            control.sendall(json.dumps(answer).encode())
        for pid, directory in children.items():
            _end(pid)
            shutil.rmtree(directory, ignore_errors=True)


def _is_wanted(control: socket.socket, children: Collection[int]) -> bool:
    return bool(select.select([control], [], [], None if children else LONGEST_IDLE_S)[0])


def _obey(message: list[Any], pipes: list[int], control: socket.socket, children: dict[int, str]) -> int | bool:
    match message:
        case "fork", module, memory_mb, directory:
            pid = _fork(module, memory_mb, directory, pipes, control)
            children[pid] = directory
            return pid
        case "look", pid:
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        case "end", pid:
            del children[pid]
            return _end(pid)
    raise ValueError(message[0])


def _fork(module: str, memory_mb: int, directory: str, pipes: list[int], control: socket.socket) -> int:
    if is_allowed(f"{module}:warm_up"):
        with contextlib.suppress(Exception):  # the job itself will say what is wrong
            importlib.import_module(module)
    server, pid = os.getpid(), os.fork()
    if not pid:
        _be_child(server, memory_mb, directory, pipes, control)
    for pipe in pipes:
        os.close(pipe)
    return pid


def _be_child(server: int, memory_mb: int, directory: str, pipes: list[int], control: socket.socket) -> NoReturn:
    status = 1
    try:
        os.setsid()
        control.detach()  # descriptor 0, which the jobs come from now
        for own, pipe in enumerate(pipes):
            os.dup2(pipe, own)
            os.close(pipe)
        os.chdir(directory)
        child.serve(memory_mb, server)
        status = 0
    finally:
        child.leave_no_trace()
        os._exit(status)


def _end(pid: int) -> int:
    for kill in (os.kill, os.killpg):  # it may not lead its group yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()
