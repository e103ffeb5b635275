"""Small jobs that show the guard at work: what a child sees, and what happens when it misbehaves."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from b24app.documents.job import Output
from b24app.errors import N_, DocumentRefused


def echo(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Hand everything back, with the child's own process id and environment."""
    seen = {"args": args, "pid": os.getpid(), "environment": dict(os.environ), "modules": sorted(sys.modules)}
    return Output(seen, blobs)


def misbehave(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """Do what hostile files make libraries do: hang, spin, swell, crash, refuse, fail, exit, print, stay behind."""
    left_pid = _MISDEEDS[args["how"]]()
    return Output({"still": "here", **({"left_pid": left_pid} if args["how"] == "stay_behind" else {})})


def reach_network(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """Try to connect to `args["port"]` on this machine; say how it went."""
    with socket.socket() as s:
        s.settimeout(2)
        return Output({"errno": s.connect_ex(("127.0.0.1", args["port"]))})


def _spin() -> None:
    while True:
        pass


def _swell() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(50_000_000))


def _refuse() -> None:
    raise DocumentRefused(N_("Page %(page)s is missing."), reason="malformed", page=3)


def _stay_behind() -> int:
    pid = os.fork()
    if not pid:
        time.sleep(60)
    return pid


_MISDEEDS: dict[str, Callable[[], Any]] = {
    "hang": lambda: time.sleep(60),
    "spin": _spin,
    "swell": _swell,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda: os._exit(3),
    "refuse": _refuse,
    "fail": lambda: os.environ["NO SUCH KEY"],
    "print": lambda: os.write(1, b"noise from a library\n"),
    "stay_behind": _stay_behind,
}
