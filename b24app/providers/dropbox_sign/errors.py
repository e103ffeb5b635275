"""What an answer that is no success means. Nothing of its sentences is passed on: they may name people.

Body: {"error": {"error_name", "error_msg", "error_path"?}}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from b24app.errors import AppError, Trouble
from b24app.providers.dropbox_sign.capabilities import TITLE
from b24app.providers.refusals import refusal, unknown_outcome

NAMES: Mapping[str, Trouble] = {
    "bad_request": Trouble.INVALID,
    "unauthorized": Trouble.AUTH_FAILED,
    "payment_required": Trouble.PLAN_LIMIT,
    "forbidden": Trouble.FORBIDDEN,
    "not_found": Trouble.NOT_FOUND,
    "conflict": Trouble.NOT_READY,  # files that are being made
    "deleted": Trouble.GONE,
    "unprocessable_entity": Trouble.INVALID,
    "exceeded_rate": Trouble.RATE_LIMITED,
    "method_not_supported": Trouble.UNSUPPORTED,
    "invalid_recipient": Trouble.INVALID,
    "invalid_reminder": Trouble.TOO_SOON,
    "signature_request_cancel_failed": Trouble.CONFLICT,
    "signature_request_remove_failed": Trouble.CONFLICT,
    "unknown": Trouble.UNAVAILABLE,
    "unavailable": Trouble.UNAVAILABLE,
    "maintenance": Trouble.UNAVAILABLE,
}
STATUSES: Mapping[int, Trouble] = {
    400: Trouble.INVALID,
    401: Trouble.AUTH_FAILED,
    402: Trouble.PLAN_LIMIT,
    403: Trouble.FORBIDDEN,
    404: Trouble.NOT_FOUND,
    409: Trouble.NOT_READY,
    410: Trouble.GONE,
    413: Trouble.INVALID,
    422: Trouble.INVALID,
    429: Trouble.RATE_LIMITED,
}
"""For a name that is new, or a body that is not theirs (a proxy's page)."""

_NOTHING_DONE = ("unavailable", "maintenance")
_IDENTICAL_IN_WORK = 409  # "An identical request is already being processed": an earlier try may yet succeed
_EPOCH_BEGINS_S = 1_000_000_000


def trouble(status: int, headers: Mapping[str, str], body: bytes, now: datetime, *, is_write: bool) -> AppError:
    """Make the error of an answer. A write that met a failing server may have been done all the same."""
    name = error_name(body)
    is_uncertain = status == _IDENTICAL_IN_WORK or (status >= 500 and name not in _NOTHING_DONE)
    if is_write and is_uncertain:
        return unknown_outcome(TITLE)
    kind = NAMES.get(name) or STATUSES.get(status, Trouble.UNAVAILABLE)
    wait_s = _wait_s(headers, now) if kind is Trouble.RATE_LIMITED else None
    return refusal(kind, TITLE, code=name or str(status), retry_after_s=wait_s)


def error_name(body: bytes) -> str:
    """Read the word of an error; empty when the body is not theirs."""
    try:
        return str(json.loads(body)["error"]["error_name"])[:60]
    except (ValueError, KeyError, TypeError):
        return ""


def _wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """X-Ratelimit-Reset is the moment of the next minute, by Dropbox Sign's clock; Retry-After is a proxy's."""
    reset, after = _number(headers.get("X-Ratelimit-Reset")), _number(headers.get("Retry-After"))
    if reset is None:
        return after
    return max(0.0, reset - now.timestamp()) if reset > _EPOCH_BEGINS_S else reset


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
