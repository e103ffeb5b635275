"""Troubles ordered by a test: what goes wrong, where, how many times or for how long."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "expired_token": "REST answers 401 expired_token",
    "invalid_grant": "an OAuth server refuses codes and refreshes",
    "query_limit": "REST answers 503 QUERY_LIMIT_EXCEEDED",
    "http_error": "every request answers with `status` and a plain page",
    "dropped": "the connection closes without an answer, nothing is done",
    "slow": "every answer waits `delay_s`",
    "answer_lost": "the call is done, then the connection closes",
    "answer_late": "the call is done, then its answer waits `delay_s`",
    "method_error": "a REST method answers `error`, `description`, `status`",
    "not_json": "REST answers 200 with `body` (an HTML page by default)",
    "app_info": "the portals' OAuth server's app.info answers `error`, `status`",
    "duplicate_event": "each event is delivered twice",
    "lost_event": "events are not delivered",
    "late_event": "the next event is delivered `delay_s` later",
    "reordered_event": "the next event is delivered after the one that follows it",
    "unknown_event": "the next event has a type nobody knows (`name`)",
    "early_events": "the events of a send arrive before the send is answered",
    "rate_limited": "a signing service answers 429, limits reset in `reset_s`",
    "plan_limit": "a signing service asks for a larger plan (402)",
    "api_error": "a signing service refuses with `error` and `message`",
    "files_not_ready": "files are still being prepared",
    "processing_failed": "the documents of a send turn out bad afterwards (`status_code`)",
    "cancel_lost": "canceling is promised and never happens",
    "escaped_url": "a signing link arrives HTML-escaped",
    "smtp_reject": "the mailbox refuses the recipient (550)",
    "smtp_tempfail": "the mailbox answers 451 after DATA",
    "smtp_drop": "the mailbox keeps the letter and closes without answering",
    "smtp_late": "the mailbox keeps the letter and answers after `delay_s`",
}


@dataclass
class Fault:
    """One trouble. `times` None = until `until` (or for ever); `method` None = any."""

    kind: str
    times: int | None = None
    until: float | None = None
    method: str | None = None
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return (self.times is not None and self.times <= 0) or (
            self.until is not None and time.monotonic() > self.until
        )

    def get(self, name: str, default: Any = None) -> Any:
        return self.args.get(name, default)


class Faults:
    """The troubles of one server; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        times: int | None = None,
        seconds: float | None = None,
        method: str | None = None,
        **args: Any,
    ) -> Fault:
        """Order a trouble; without `times` and `seconds` it happens once."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
        if times is None and seconds is None:
            times = 1
        until = time.monotonic() + seconds if seconds is not None else None
        fault = Fault(kind, times, until, method.lower() if method else None, args)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, kind: str, *methods: str) -> Fault | None:
        """Use up one occurrence of a trouble that fits; None when there is none."""
        names = {method.lower() for method in methods}
        with self._lock:
            self._faults = [fault for fault in self._faults if not fault.over]
            for fault in self._faults:
                if fault.kind == kind and (fault.method is None or fault.method in names):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """What is still in store, for the control page."""
        with self._lock:
            return [
                {"kind": f.kind, "times": f.times, "method": f.method, **f.args} for f in self._faults if not f.over
            ]
