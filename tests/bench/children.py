"""How much memory document work takes: the most that each kind of process ever had resident."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from b24app.documents import pool
from b24app.documents.limits import DEFAULT_LIMITS, JOBS_PER_CHILD
from tests.bench import papers
from tests.bench.lines import Line

MB = 1024
SEALING = "from tests.bench.bench_seal import bench_seal; bench_seal(rounds=5); print(open('/proc/self/status').read())"
Entries = tuple[Mapping[str, Any], Mapping[str, bytes]]


def memory(ten: bytes, entries: Entries) -> Iterator[Line]:
    """Children that stamp, draw and typeset, the last as often as one is used before it is thrown away; a sealer."""
    drawing = {"pages": [1, 2, 3, 4], "width_px": 900}  # as many as pages ask for at once
    used = {
        "stamping": (_most_mb("b24app.documents.jobs.stamping:stamp", lambda _n: entries), 100),
        "drawing pages": (_most_mb("b24app.documents.jobs.previews:images", lambda _n: (drawing, {"pdf": ten})), 100),
        f"typesetting, after {JOBS_PER_CHILD} documents": (_typesetting_mb(), 200),
        "sealing": (_sealing_mb(), 100),
    }
    for what, (mb, limit) in used.items():
        yield Line(f"memory of a process that is {what}", f"{mb:.0f} MB", f"<= {limit} MB", mb <= limit)


def most_mb(pid: int) -> float:
    """Read how much of a process and of those it started was resident at most."""
    return resident_mb(pid, "VmHWM") + sum(most_mb(child) for child in started_by(pid))


def resident_mb(pid: int, figure: str = "VmRSS") -> float:
    return _in_mb(Path(f"/proc/{pid}/status").read_text(), figure)


def started_by(pid: int) -> list[int]:
    """Name the processes that any of its threads started."""
    found = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for children in found for child in children]


def _most_mb(job: str, asked: Callable[[int], Entries], times: int = 1) -> float:
    """Of a child that shares with what it was forked from only what its own kind of work needs."""
    pool.close_all()
    with pool.borrow(job, DEFAULT_LIMITS, reusable=True) as child:
        for number in range(times):
            args, blobs = asked(number)
            child.ask({"job": job, "args": dict(args)}, blobs, DEFAULT_LIMITS)
        return most_mb(child.pid)


def _typesetting_mb() -> float:
    return _most_mb(
        "b24app.documents.jobs.templates:render", lambda number: (papers.contract_args(number), {}), JOBS_PER_CHILD
    )


def _sealing_mb() -> float:
    found = subprocess.run([sys.executable, "-c", SEALING], capture_output=True, text=True, check=True)
    return _in_mb(found.stdout, "VmHWM")


def _in_mb(status: str, figure: str) -> float:
    line = next(line for line in status.splitlines() if line.startswith(f"{figure}:"))
    return int(line.split()[1]) / MB
