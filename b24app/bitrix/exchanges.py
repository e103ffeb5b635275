"""One exchange with a portal or the OAuth server, as those who watch get to see it: named, judged, masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from b24app.bitrix.entities import positive_int
from b24app.bitrix.error_codes import EXPIRED, OVERLOADED, RATE, code_of, has_error, meaning_of
from b24app.bitrix.masking import mask, mask_url
from b24app.clock import monotonic_s

NO_ANSWER = frozenset({"timeout", "no_answer", "outcome_unknown"})
BATCH, IN_BATCH = "batch", "in_batch"
DOWNLOAD = "download"
MAX_METHOD, MAX_URL = 80, 300
_CODE = re.compile(r"[\w.:-]{1,80}")


@dataclass(frozen=True)
class Whose:
    """Whose token a call carries: the portal's member_id, the employee's number there. For those who watch only."""

    portal: str = ""
    user_id: int = 0


NOBODY = Whose()


@dataclass(frozen=True)
class LogEntry:
    """One exchange for the REST log: no tokens and no personal data are left in it.

    `outcome`: ok | partly (a step of a batch failed) | refused | expired | limited | moved | unreachable | no_answer |
    unusable. `error` is the other side's code or ours, in lower case.
    """

    whose: Whose
    verb: str
    method: str
    url: str
    status: int
    elapsed_ms: int
    request: Any
    response: Any
    error: str
    outcome: str

    @property
    def family(self) -> str:
        """The method without what it does: `crm.item` for crm.item.get, `user` for user.admin; at most two words."""
        words = self.method.split(".")
        return ".".join(words[: max(1, min(2, len(words) - 1))])


@dataclass
class Exchange:
    """What is asked, and later what came of it. `method` is read from the address when it is not given."""

    verb: str
    url: str
    sent: Any
    whose: Whose = NOBODY
    method: str = ""
    status: int = 0
    received: Any = None
    started_s: float = field(default_factory=monotonic_s)

    def entry(self, error: str = "") -> LogEntry:
        """Write it up; `error` is our own code when it failed before an answer could be read."""
        body = self.received if isinstance(self.received, Mapping) else {}
        method = self.method or method_of(self.url)
        error = error or _error_in(self.status, body, method)
        return LogEntry(
            whose=self.whose if self.whose.portal else _named_in(body),
            verb=self.verb,
            method=method[:MAX_METHOD],
            url=mask_url(self.url)[:MAX_URL],
            status=self.status,
            elapsed_ms=int((monotonic_s() - self.started_s) * 1000),
            request=mask(self.sent),
            response=self.received if isinstance(self.received, str) else mask(self.received),
            error=error,
            outcome=_outcome(self.status, body, error),
        )


def method_of(url: str) -> str:
    """Read the REST method out of an address: what stands behind `/rest/`; `oauth.token` for the OAuth server's own."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    if path.rstrip("/").endswith("/oauth/token"):
        return "oauth.token"
    return path.rpartition("/rest/")[2].strip("/").removesuffix(".json").lower()


def _error_in(status: int, body: Mapping[str, Any], method: str) -> str:
    if has_error(body):
        code = code_of(body)
        return code if _CODE.fullmatch(code) else meaning_of(status, body).kind
    result = body.get("result")
    steps = result.get("result_error") if method == BATCH and isinstance(result, Mapping) else None
    return IN_BATCH if steps else ""


def _outcome(status: int, body: Mapping[str, Any], error: str) -> str:
    if error in ("", IN_BATCH):
        return "partly" if error else "ok"
    if error in ("moved", "unreachable"):
        return error
    if error in NO_ANSWER:
        return "no_answer"
    kind = meaning_of(status, body).kind if has_error(body) else ""
    if kind in (RATE, OVERLOADED) or status in (429, 503):
        return "limited"
    return "expired" if kind == EXPIRED else "refused" if kind else "unusable"


def _named_in(body: Mapping[str, Any]) -> Whose:
    """Read whom a proof or a fresh pair of tokens is about: there the answer is the first to say so."""
    found = body.get("result", body)
    if not isinstance(found, Mapping):
        return NOBODY
    place = found.get("install", found)
    portal = place.get("member_id") if isinstance(place, Mapping) else None
    return Whose(str(portal), positive_int(found.get("user_id"))) if isinstance(portal, str) else NOBODY
