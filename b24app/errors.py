"""Every error the application raises on purpose; web/error_pages.py alone turns them into answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_KEPT_PARAM_CHARS = 200


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a sentence for translation where it is written; the door that shows it translates."""
    return message


class AppError(Exception):
    """Something a person can be told about.

    `message` is a whole English sentence without secrets or personal data: what was tried and what to do. It is
    the gettext key; what varies stands in it as `%(name)s` and comes in `params`, so that doors can translate it.
    `field` names the form field the sentence belongs to, when there is one.
    """

    http_status = 500

    def __init__(self, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params
        self.field = field


@dataclass(frozen=True)
class Sentence:
    """A sentence that rows keep untranslated: the gettext key and what is filled in."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: AppError) -> Sentence:
        return cls(error.message, error.params)

    @classmethod
    def read(cls, kept: str) -> Sentence:
        """Read what `kept` wrote; any other text stands for itself."""
        try:
            found = json.loads(kept)
            return cls(str(found["message"]), dict(found["params"]))
        except (ValueError, TypeError, KeyError):
            return cls(kept)

    def kept(self) -> str:
        params = {name: _short(value) for name, value in self.params.items()}
        return json.dumps({"message": self.message, "params": params}, ensure_ascii=False)


def _short(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)[:MAX_KEPT_PARAM_CHARS]


class NotAllowed(AppError):
    """The state machine refuses this act in the present status; nothing has changed."""

    http_status = 409


class NotFound(AppError):
    """No such row for this portal; another portal's row looks the same."""

    http_status = 404


class InvalidPayload(AppError):
    """The input cannot be used as it is; `field` says where."""

    http_status = 400


class Unauthentic(AppError):
    """A signature or token does not prove what it claims; nothing was stored."""

    http_status = 403


class UpstreamError(AppError):
    """Another service refused or failed.

    `code` is the other side's own word, lower case. `permanent` says that trying again will not help.
    `retry_after_s` is how long the other side asks us to wait, if it said so.
    """

    http_status = 502

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        permanent: bool = False,
        retry_after_s: float | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message, **params)
        self.code = code
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class BitrixError(UpstreamError):
    """Bitrix24 or its OAuth server answered an error, or did not answer a read."""


class ReconnectNeeded(BitrixError):
    """A stored token is dead: somebody must open the application in Bitrix24 again."""


class Trouble(StrEnum):
    """What a signing provider's refusal means to us."""

    AUTH_FAILED = "auth_failed"  # key or token is dead: somebody must connect the account again
    CONSENT_NEEDED = "consent_needed"  # a person must agree on the provider's own page first
    PLAN_LIMIT = "plan_limit"  # the account's plan is used up, or does not include this
    FORBIDDEN = "forbidden"  # this account may not do that
    NOT_FOUND = "not_found"  # it has never had this request or signer
    GONE = "gone"  # it had it, and has it no more
    INVALID = "invalid"  # it will never take this as it is
    CONFLICT = "conflict"  # not in the present state of the request: look how it stands
    NOT_READY = "not_ready"  # not yet: its own work is not done
    TOO_SOON = "too_soon"  # a reminder so soon after the last letter
    RATE_LIMITED = "rate_limited"  # too many calls
    UNAVAILABLE = "unavailable"  # down, or no answer to a read
    UNSUPPORTED = "unsupported"  # it has no such thing


LASTING = frozenset(
    {
        Trouble.PLAN_LIMIT, Trouble.FORBIDDEN, Trouble.NOT_FOUND, Trouble.GONE, Trouble.INVALID, Trouble.TOO_SOON,
        Trouble.UNSUPPORTED,
    }
)  # fmt: skip
"""Trouble that a later try does not end."""


class ProviderError(UpstreamError):
    """A signing provider refused or failed: nothing happened there. `kind` is what it means to us."""

    def __init__(
        self, message: str, *, kind: Trouble = Trouble.UNAVAILABLE, permanent: bool | None = None, **params: Any
    ) -> None:
        super().__init__(message, permanent=kind in LASTING if permanent is None else permanent, **params)
        self.kind = kind


class MailError(UpstreamError):
    """The mail server refused the letter or could not be reached."""


class StorageError(UpstreamError):
    """The document store refused, is full or could not be reached. Storing the same bytes again is always safe."""

    http_status = 503


class OutcomeUnknown(AppError):
    """A write went out and no answer came back: it may have happened. Look before sending again."""

    http_status = 502


class ConfigError(AppError):
    """A setting is missing or wrong; the sentence names it."""


class ArchiveRefused(AppError):
    """An archive or a back-up cannot be written or read as asked. Shown on the command line only, like ConfigError."""


class Unavailable(AppError):
    """A part of our own (database, disk) does not work at the moment; nothing has changed, trying again helps."""

    http_status = 503

    @classmethod
    def database(cls) -> Unavailable:
        return cls(N_("Our database cannot be reached at the moment. Nothing was lost; please try again in a minute."))

    @classmethod
    def disk(cls) -> Unavailable:
        return cls(N_("Our server has no room left. Nothing was lost; please tell the administrator and try later."))


class DocumentRefused(InvalidPayload):
    """A document cannot be accepted; `reason` is a short machine word (encrypted, malformed, too_large, ...)."""

    def __init__(self, message: str, *, reason: str, field: str | None = "document", **params: Any) -> None:
        super().__init__(message, field=field, **params)
        self.reason = reason
