"""The application's processes: started, watched, killed by number, started again at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORK_SERVER = b"b24app.documents.fork_server"
WATCH_S = 0.05


@dataclass
class Slot:
    """One process that must live: its role, and who plays it now."""

    role: tuple[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Kennel:
    """Keeps every slot alive, save while `held`."""

    environment: Mapping[str, str]
    log_file: Path
    web: Slot
    workers: list[Slot]
    held: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, environment: Mapping[str, str], log_file: Path, processes: int, threads: int) -> Kennel:
        workers = [Slot(("worker", str(threads))) for _ in range(processes)]
        return cls(environment, log_file, Slot(("web", "2")), workers)

    @property
    def slots(self) -> list[Slot]:
        return [self.web, *self.workers]

    def watch(self) -> None:
        """Start what is dead, until the end; the loop of a thread."""
        while not self.ended.wait(WATCH_S):
            if not self.held.is_set():
                self.start_dead()

    def start_dead(self) -> None:
        for slot in self.slots:
            if not slot.is_alive and not self.ended.is_set():
                slot.process = self._start(slot.role)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Leave the dead dead for a while."""
        self.held.set()
        try:
            yield
        finally:
            self.held.clear()

    def reap(self) -> None:
        """Wait until the killed are dead."""
        time.sleep(WATCH_S)
        for slot in self.slots:
            if slot.process is not None:
                slot.process.poll()

    def web_workers(self) -> list[int]:
        return [pid for pid in children_of(self.web.pid) if FORK_SERVER not in _command(pid)]

    def guarded(self) -> list[int]:
        """The guarded children of every process of ours, and what they are forked from."""
        parents = [*self.web_workers(), *(slot.pid for slot in self.workers)]
        servers = [pid for parent in parents for pid in children_of(parent) if FORK_SERVER in _command(pid)]
        return [*servers, *(pid for server in servers for pid in children_of(server))]

    def end(self, *, gently: bool) -> None:
        """End everything of ours."""
        self.ended.set()
        pids = [*self.guarded(), *self.web_workers()]
        for slot in self.slots:
            if slot.process is not None:
                slot.process.terminate() if gently else slot.process.kill()
        for slot in self.slots:
            if slot.process is not None:
                _wait(slot.process)
        for pid in pids:
            kill(pid)

    def _start(self, role: tuple[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.crash.application", *role]
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True
            )


def kill(pid: int) -> bool:
    """Kill -9; False when there was nobody."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def children_of(parent: int) -> list[int]:
    """The living children of a process, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent and _parent(entry) == parent:
            found.append(int(entry.name))
    return found


def _parent(entry: Path) -> int:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[1])


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
