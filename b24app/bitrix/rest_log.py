"""What was asked of Bitrix24 and what it answered, for three days: one JSON line an exchange, one file an hour (UTC).

Market rules want it (market/preparing-to-publish/common-requirements.md); docs/decisions/0006-rest-log-in-files.md says
why in files. Lines hold neither secrets nor people: see masking.py. Each line is one write to the end of the file
(O_APPEND), so any number of processes of one machine may write at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import structlog

from b24app.bitrix.exchanges import BATCH, LogEntry
from b24app.clock import Clock, trusted

KEEP = timedelta(days=3)
MAX_LINE = 16 * 1024
_NAME = "%Y-%m-%dT%H.jsonl"

log = structlog.get_logger()


class RestLog:
    """The log of one machine. Trouble with the disk is said once, and never disturbs the call that is being logged."""

    def __init__(self, directory: Path, now: Clock) -> None:
        self._directory = directory
        self._now = now
        self._newest = ""
        self._is_failing = False

    def write(self, entry: LogEntry) -> None:
        """Append one exchange, with the outbox key or the request_id of what it was made for."""
        moment = self._now()
        name = moment.strftime(_NAME)
        try:
            self._append(name, _line(entry, moment))
            if name != self._newest:
                self._newest = name
                self.forget_old()
        except OSError as error:
            self._complain(error)
        else:
            self._is_failing = False

    def forget_old(self) -> None:
        """Remove the files of hours that ended three days ago, unless the clock has just jumped."""
        now = trusted(self._now)
        if now is None:
            return
        oldest = (now - KEEP).strftime(_NAME)
        for path in self._directory.glob("*.jsonl"):
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def _append(self, name: str, line: bytes) -> None:
        try:
            descriptor = self._open(name)
        except FileNotFoundError:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = self._open(name)
        try:
            if os.write(descriptor, line) < len(line):
                raise OSError("the disk took a part of the line only")
        finally:
            os.close(descriptor)

    def _open(self, name: str) -> int:
        return os.open(self._directory / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _complain(self, error: OSError) -> None:
        if not self._is_failing:
            self._is_failing = True
            log.warning("rest_log_failing", error=type(error).__name__, why=error.strerror or str(error))


@dataclass(frozen=True)
class Wanted:
    """Which lines to read. `method` is a pattern such as `crm.*`; a batch fits when one of its steps does."""

    since: datetime
    portal: str = ""
    method: str = "*"
    errors: bool = False

    def fits(self, line: Mapping[str, Any]) -> bool:
        is_new = str(line.get("time")) >= _time(self.since)
        is_theirs = self.portal in ("", line.get("portal"))
        fits_method = any(fnmatchcase(name, self.method.lower()) for name in _methods(line))
        return is_new and is_theirs and fits_method and (bool(line.get("error")) or not self.errors)


def read(directory: Path, wanted: Wanted) -> Iterator[str]:
    """Yield the lines that are wanted as they stand, the oldest first; a torn line is left out."""
    first = wanted.since.strftime(_NAME)
    for path in sorted(path for path in directory.glob("*.jsonl") if path.name >= first):
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (text.rstrip("\n") for text in file if _is_wanted(text, wanted.fits))


def _is_wanted(text: str, fits: Callable[[Mapping[str, Any]], bool]) -> bool:
    try:
        line = json.loads(text)
    except ValueError:
        return False
    return isinstance(line, dict) and fits(line)


def _methods(line: Mapping[str, Any]) -> Iterator[str]:
    yield str(line.get("method"))
    params = line.get("params")
    steps = params.get("cmd") if line.get("method") == BATCH and isinstance(params, Mapping) else None
    if isinstance(steps, Mapping):
        yield from (str(step).partition("?")[0].lower() for step in steps.values())


def _line(entry: LogEntry, moment: datetime) -> bytes:
    """Write an exchange as one line of bounded length: a long answer goes first, then long parameters."""
    known = structlog.contextvars.get_contextvars()
    fields: dict[str, Any] = {
        "time": _time(moment),
        "portal": entry.whose.portal,
        "user_id": entry.whose.user_id,
        **{name: known[name] for name in ("key", "request_id") if name in known},
        "verb": entry.verb,
        "url": entry.url,
        "method": entry.method,
        "status": entry.status,
        "duration_ms": entry.elapsed_ms,
        "error": entry.error,
        "params": entry.request,
        "answer": entry.response,
    }
    for part in ("answer", "params", ""):
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(data) < MAX_LINE or not part:
            break
        fields[part] = f"<{len(data)} bytes in all>"
    return data + b"\n"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
