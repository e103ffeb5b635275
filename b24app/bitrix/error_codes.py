"""What Bitrix24's error codes mean, and the sentence a person gets for each kind.

Source: error-codes.md, _includes/system-errors.md, settings/oauth/error-codes.md. Letter case varies: compare lower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.bitrix.masking import mask_sentence
from b24app.errors import N_, BitrixError, ReconnectNeeded

EXPIRED, DEAD, NOT_INSTALLED, PORTAL_DELETED = "expired_token", "dead_token", "not_installed", "portal_deleted"
PAYMENT, DENIED, CONFIRM = "payment", "denied", "waits_for_administrator"
RATE, OVERLOADED, SERVER = "rate_limited", "overloaded", "server"
NOT_FOUND, INVALID = "not_found", "invalid"


@dataclass(frozen=True)
class Meaning:
    """What a code amounts to; `permanent` says that the same request will fail again."""

    kind: str
    permanent: bool


CODES: dict[str, Meaning] = {
    "expired_token": Meaning(EXPIRED, False),
    "invalid_token": Meaning(EXPIRED, False),
    "no_auth_found": Meaning(EXPIRED, False),
    "invalid_grant": Meaning(DEAD, True),
    "error_oauth": Meaning(DEAD, True),
    "authorization_error": Meaning(DEAD, True),
    "application_not_found": Meaning(NOT_INSTALLED, True),
    "not_installed": Meaning(NOT_INSTALLED, True),
    "portal_deleted": Meaning(PORTAL_DELETED, True),
    "payment_required": Meaning(PAYMENT, True),
    "query_limit_exceeded": Meaning(RATE, False),
    "operation_time_limit": Meaning(RATE, False),
    "overload_limit": Meaning(OVERLOADED, False),
    "internal_server_error": Meaning(SERVER, False),
    "error_unexpected_answer": Meaning(SERVER, False),
    "insufficient_scope": Meaning(DENIED, True),
    "invalid_scope": Meaning(DENIED, True),
    "invalid_credentials": Meaning(DENIED, True),
    "user_access_error": Meaning(DENIED, True),
    "access_denied": Meaning(DENIED, True),
    "docgen_access_error": Meaning(DENIED, True),
    "accessexception": Meaning(DENIED, True),
    "allowed_only_intranet_user": Meaning(DENIED, True),
    "wrong_auth_type": Meaning(DENIED, True),
    "error_wrong_context": Meaning(DENIED, True),
    "error_wrong_application": Meaning(DENIED, True),
    "method_confirm_waiting": Meaning(CONFIRM, False),
    "method_confirm_denied": Meaning(DENIED, True),
    "not_found": Meaning(NOT_FOUND, True),
    "error_not_found": Meaning(NOT_FOUND, True),
    "owner_not_found": Meaning(NOT_FOUND, True),
    "error_method_not_found": Meaning(INVALID, True),
    "error_manifest_is_not_available": Meaning(INVALID, True),
    "invalid_request": Meaning(INVALID, True),
    "invalid_client": Meaning(INVALID, True),
    "wrong_client": Meaning(INVALID, True),
    "error_batch_method_not_allowed": Meaning(INVALID, True),
    "error_batch_length_exceeded": Meaning(INVALID, True),
}

SENTENCES: dict[str, str] = {
    EXPIRED: N_("The connection to Bitrix24 has expired (%(what)s). Open the application in Bitrix24 again."),
    DEAD: N_("The connection to Bitrix24 has ended (%(what)s). Open the application in Bitrix24 again."),
    NOT_INSTALLED: N_("The application is no longer installed on this Bitrix24 (%(what)s). Ask an administrator."),
    PORTAL_DELETED: N_("This Bitrix24 has been closed (%(what)s)."),
    PAYMENT: N_("The subscription for the application or for Bitrix24 has ended (%(what)s). Ask an administrator."),
    RATE: N_("Bitrix24 is receiving too many requests right now (%(what)s). Try again in a few seconds."),
    OVERLOADED: N_(
        "Bitrix24 has blocked requests from this application (%(what)s). Only Bitrix24 support can unblock them."
    ),
    SERVER: N_("Bitrix24 had an internal error (%(what)s). Try again later."),
    DENIED: N_("Bitrix24 does not allow this (%(what)s: %(reason)s). Ask an administrator for access."),
    CONFIRM: N_("A Bitrix24 administrator must first allow this for the application (%(what)s)."),
    NOT_FOUND: N_("Bitrix24 cannot find this record (%(what)s). It was deleted, or this employee has no access to it."),
    INVALID: N_("Bitrix24 refused %(what)s: %(detail)s"),
}

FREE_PLAN = N_("This Bitrix24 is on a plan without REST (%(what)s). An administrator can change the plan.")

DESCRIBED: tuple[tuple[str, Meaning], ...] = (
    # Old CRM methods leave the code empty and say it in words.
    ("not found", Meaning(NOT_FOUND, True)),
    ("access denied", Meaning(DENIED, True)),
    ("do not have permission", Meaning(DENIED, True)),
)
DEFAULT_WAIT_S: dict[str, float] = {"query_limit_exceeded": 2.0, "operation_time_limit": 60.0, "overload_limit": 600.0}
BY_STATUS = {
    401: Meaning(EXPIRED, False),
    403: Meaning(DENIED, True),
    404: Meaning(NOT_FOUND, True),
    429: Meaning(RATE, False),
}


def has_error(body: Mapping[str, Any]) -> bool:
    """Tell whether an answer is an error: by the key, since the code may be empty and the status 200."""
    return "error" in body


def code_of(body: Mapping[str, Any]) -> str:
    """Read the code in lower case; numbers come too."""
    code = body.get("error")
    return str(code).strip().lower() if code is not None else ""


def meaning_of(status: int, body: Mapping[str, Any]) -> Meaning:
    """Find what an error answer amounts to: by its code, else its words, else its HTTP status."""
    known = CODES.get(code_of(body))
    if known is not None:
        return known
    words = str(body.get("error_description") or "").lower()
    for phrase, meaning in DESCRIBED:
        if phrase in words:
            return meaning
    if status >= 500:
        return Meaning(RATE, False) if status == 503 else Meaning(SERVER, False)
    return BY_STATUS.get(status, Meaning(INVALID, True)) if not code_of(body) else Meaning(INVALID, True)


def to_error(status: int, body: Mapping[str, Any], what: str, *, now: datetime | None = None) -> BitrixError:
    """Turn an error answer into the error to raise; `what` names the method that was tried."""
    meaning = meaning_of(status, body)
    words = mask_sentence(str(body.get("error_description") or "")).rstrip(". ")
    sentence = SENTENCES[meaning.kind]
    if meaning.kind == DENIED and "commercial plan" in words.lower():
        sentence = FREE_PLAN
    code = code_of(body) or meaning.kind
    kind = ReconnectNeeded if meaning.kind in (EXPIRED, DEAD, NOT_INSTALLED) else BitrixError
    return kind(
        sentence,
        code=code,
        permanent=meaning.permanent or kind is ReconnectNeeded,
        retry_after_s=_wait_s(status, body, now),
        what=what,
        reason=code,
        detail=(words or code) + ".",
    )


def _wait_s(status: int, body: Mapping[str, Any], now: datetime | None) -> float | None:
    code = code_of(body)
    times = body.get("time")
    reset_at = times.get("operating_reset_at") if isinstance(times, Mapping) else None
    if code == "operation_time_limit" and now is not None and isinstance(reset_at, int | float):
        return max(1.0, float(reset_at) - now.timestamp())
    return DEFAULT_WAIT_S.get(code, 2.0 if status in (429, 503) else None)


def kind_of(error: BitrixError) -> str:
    """Say which of the kinds above an error is."""
    known = CODES.get(error.code)
    return known.kind if known else error.code if error.code in SENTENCES else INVALID
