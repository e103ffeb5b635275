"""The figures of all processes of one machine, added up: each keeps its own in files that every one can read.

prometheus_client writes the files (its multiprocess mode). What it leaves open is done here: a process is known to be
dead by a lock that the kernel gives back, so numbers of processes may repeat and containers may share the directory;
what the dead have counted is kept in one set of files, so that no sum ever falls while anybody lives; and room for the
files is taken in advance, for a full disk must not kill whoever counts.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

KINDS = ("counter", "histogram", "summary")
PAST = "past"
ROOM = 1 << 20  # bytes a file, about 4,000 figures; beyond that it grows

log = structlog.get_logger()


class SharedFiles(Collector):
    """The directory of the files; as a collector it tells the sums."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory.absolute()
        self._process, self._name, self._life = 0, "", -1

    def begin(self) -> None:
        """Keep the figures of this process here; call it before the first figure is made."""
        self._enter()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(self._directory)
        values.ValueClass = values.MultiProcessValue(self._own_name)

    def collect(self) -> list[Metric]:
        with self._alone():
            self._bury_the_dead()
            files = [str(path) for path in self._directory.glob("*.db") if path.stat().st_size]
            return list(MultiProcessCollector.merge(files, accumulate=True))

    def _own_name(self) -> str:
        """Name this process in the files' names; asked at every count, for a fork needs files of its own."""
        if self._process != os.getpid():
            self._enter()
        return self._name

    def _enter(self) -> None:
        if self._life >= 0:
            os.close(self._life)  # the parent's, inherited
        name = f"{os.getpid()}.{secrets.token_hex(4)}"
        with self._alone():
            self._bury_the_dead()
            if not any(self._directory.glob("*.life")):
                self._start_anew()
            self._life = os.open(self._directory / f"{name}.life", os.O_WRONLY | os.O_CREAT, 0o600)
            fcntl.flock(self._life, fcntl.LOCK_EX)
            for kind in KINDS:
                self._take_room(self._file(kind, name))
        self._process, self._name = os.getpid(), name

    def _bury_the_dead(self) -> None:
        for life in self._directory.glob("*.life"):
            if _is_dead(life):
                for kind in KINDS:
                    self._inherit(kind, life.stem)
                life.unlink()

    def _inherit(self, kind: str, name: str) -> None:
        """Add what a dead process has counted to what was counted before it."""
        path = self._file(kind, name)
        if path.exists():
            try:
                self._add(kind, list(MmapedDict.read_all_values_from_file(str(path))))
            except (struct.error, ValueError, RuntimeError) as error:
                log.warning("figures_lost", file=path.name, error=type(error).__name__)
            path.unlink()

    def _add(self, kind: str, counted: list[tuple[str, float, float, int]]) -> None:
        path = self._file(kind, PAST)
        if not path.exists():
            self._take_room(path)
        past = MmapedDict(str(path))
        for key, value, _timestamp, _position in counted:
            past.write_value(key, past.read_value(key)[0] + value, 0.0)
        past.close()

    def _start_anew(self) -> None:
        """Forget everything when nobody lives: figures begin at nought with their process, and old portals go."""
        for path in self._directory.glob("*.db"):
            path.unlink()

    def _take_room(self, path: Path) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(bytes(ROOM))

    def _file(self, kind: str, name: str) -> Path:
        return self._directory / f"{kind}_{name}.db"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_dead(life: Path) -> bool:
    """Try the lock that a process holds as long as it lives."""
    with life.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
