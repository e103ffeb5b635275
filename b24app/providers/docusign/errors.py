"""DocuSign's refusals as ours. Its sentences stay out: they may name people.

developers.docusign.com/docs/esign-rest-api/esign101/error-codes: {"errorCode", "message"}, 400 for most things; the
account server says {"error", "error_description"}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from b24app.errors import AppError, ProviderError, Trouble
from b24app.providers.docusign.words import GRANT_TROUBLES, STATUSES, TITLE, TROUBLES
from b24app.providers.refusals import refusal, unknown_outcome

BURST_S = 30.0


class TurnedAway(Exception):
    """The token is not taken (any more), or the account lives elsewhere: a new one and another look may help.

    `kind` is what it means when they do not.
    """

    def __init__(self, kind: Trouble) -> None:
        super().__init__(kind)
        self.kind = kind


def refused(status: int, body: bytes, headers: Mapping[str, str], now: datetime, *, writes: bool) -> AppError:
    """Make the error of an answer of the API. A write that met a broken server may have happened."""
    code = code_of(body)
    if status >= 500 and code.upper() not in TROUBLES:
        return unknown_outcome(TITLE) if writes else refusal(Trouble.UNAVAILABLE, TITLE, code=code)
    kind = TROUBLES.get(code.upper()) or STATUSES.get(status, Trouble.UNAVAILABLE)
    wait_s = _wait_s(code, headers, now) if kind is Trouble.RATE_LIMITED else None
    return refusal(kind, TITLE, code=code, retry_after_s=wait_s)


def refused_inside(code: str) -> ProviderError:
    """Make the error of a refusal that stands inside an answer of 200, as for single recipients."""
    return refusal(TROUBLES.get(code.upper(), Trouble.INVALID), TITLE, code=code)


def refused_grant(status: int, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderError:
    """Make the error of an answer of the account server."""
    word = code_of(body, "error")
    if status == 429:
        return refusal(Trouble.RATE_LIMITED, TITLE, code=word, retry_after_s=_wait_s(word, headers, now))
    kind = GRANT_TROUBLES.get(word) or (Trouble.UNAVAILABLE if status >= 500 else Trouble.AUTH_FAILED)
    return refusal(kind, TITLE, code=word)


def code_of(body: bytes, name: str = "errorCode") -> str:
    """The vendor's own word; empty when the answer is something else, such as a proxy's page."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(found.get(name) or "")[:80] if isinstance(found, dict) else ""


def _wait_s(code: str, headers: Mapping[str, str], now: datetime) -> float:
    """A burst is over in half a minute; the hour's end stands in a header, as unix time."""
    if code.upper().startswith("BURST"):
        return BURST_S
    reset = headers.get("X-RateLimit-Reset", "")
    return max(1.0, float(reset) - now.timestamp()) if reset.isdecimal() else BURST_S
