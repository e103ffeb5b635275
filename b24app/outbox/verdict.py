"""What an error means for the message, for its lane and for the portal's bucket. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.errors import (
    AppError,
    BitrixError,
    ConfigError,
    DocumentRefused,
    MailError,
    OutcomeUnknown,
    ReconnectNeeded,
    UpstreamError,
)
from b24app.outbox.backoff import LONGEST_ASKED_S, Jitter, delay_s
from b24app.outbox.message import DeadRule, Message
from b24app.store.outbox import LETTERS, PORTAL

CRASHES = 12  # attempts before an error of our own is given up: about two hours
OWN_LIMIT = "rate_wait"
OUR_OWN = frozenset({OWN_LIMIT, "lease_over"})  # nobody's fault: our bucket was empty, our lease was at its end
AT_WORK_S = 60.0  # Bitrix24 may go on with a request for so long after we gave it up: looking earlier is too early
OVERLOADED = frozenset({"busy", "too_complex"})  # of a document that was accepted before: a child starved or was killed
MAIL_SERVER = frozenset({"connection", "login", "sender"})  # trouble with the server, not with this letter


@dataclass(frozen=True)
class Verdict:
    """`is_down` pauses the whole lane of the portal; `asked_s` is how long the other side asks to be left alone.

    `rest_s`: for so long the call that was given up may still be at work there.
    """

    dies: bool
    wait_s: float = 0.0
    is_down: bool = False
    asked_s: float = 0.0
    rest_s: float = 0.0


def judge(error: Exception, message: Message, rule: DeadRule, jitter: Jitter) -> Verdict:
    """Decide what becomes of a message whose handler raised."""
    if is_refusal(error) or message.attempts >= _limit(error, rule):
        return Verdict(dies=True)
    asked_s = min(LONGEST_ASKED_S, error.retry_after_s or 0.0) if isinstance(error, UpstreamError) else 0.0
    if isinstance(error, UpstreamError) and error.code in OUR_OWN:
        return Verdict(dies=False, wait_s=asked_s)
    rest_s = AT_WORK_S if message.lane == PORTAL and isinstance(error, OutcomeUnknown) else 0.0
    wait_s = max(asked_s, rest_s, delay_s(message.attempts, jitter))
    is_down = _is_down(error, message.lane)
    return Verdict(dies=False, wait_s=wait_s, is_down=is_down, asked_s=asked_s, rest_s=rest_s)


def is_refusal(error: Exception) -> bool:
    """Tell whether trying again cannot help. A dead token can be renewed and a setting corrected: these may."""
    if isinstance(error, UpstreamError):
        return error.permanent and not isinstance(error, ReconnectNeeded)
    if isinstance(error, DocumentRefused):
        return error.reason not in OVERLOADED
    return isinstance(error, AppError) and not isinstance(error, OutcomeUnknown | ConfigError)


def _is_down(error: Exception, lane: str) -> bool:
    if lane == PORTAL:
        return isinstance(error, BitrixError | OutcomeUnknown)
    return lane == LETTERS and isinstance(error, MailError) and error.code in MAIL_SERVER


def _limit(error: Exception, rule: DeadRule) -> int:
    is_theirs = isinstance(error, AppError) and not isinstance(error, DocumentRefused)
    return rule.attempts if is_theirs else min(rule.attempts, CRASHES)
