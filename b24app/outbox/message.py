"""What a handler is handed, and what becomes of a message that cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from b24app.domain.events import Topic
from b24app.errors import N_, AppError, Sentence
from b24app.store.tables import OutboxMessage


@dataclass(frozen=True)
class Message:
    """One message as its handler sees it; `attempts` > 1 means that it may have been done before: look first.

    `until`: when its lease ends; no call to the portal begins later (rate.within). `has_failed`: an earlier attempt
    came back with an error.
    """

    portal: str
    request_id: str
    seq: int
    key: str
    topic: Topic
    payload: Mapping[str, Any]
    attempts: int
    lane: str
    until: datetime | None = None
    has_failed: bool = False

    @property
    def is_retry(self) -> bool:
        return self.attempts > 1

    @property
    def was_cut_off(self) -> bool:
        """Say whether earlier attempts ended without a word, as when a worker dies."""
        return self.is_retry and not self.has_failed

    @classmethod
    def of(cls, row: OutboxMessage, until: datetime) -> Message:
        topic, payload = Topic(row.topic), row.payload
        failed = row.failing_since is not None
        return cls(row.portal, row.request, row.seq, row.key, topic, payload, row.attempts, row.lane, until, failed)


Handler = Callable[[Message], None]
OnDead = Callable[[Message, Exception], None]


@dataclass(frozen=True)
class DeadRule:
    """Whether later messages of the lane pass a dead one, and after how many attempts it is dead.

    84 attempts are about three days: eleven in the first hour, then one an hour.
    """

    then: Literal["skip", "stop"]
    attempts: int = 84


RULES: Mapping[Topic, DeadRule] = {
    Topic.HAND_OVER: DeadRule("stop"),
    Topic.FETCH_FILE: DeadRule("stop"),
    Topic.CANCEL: DeadRule("skip"),  # what is looked up later must not wait for it
    Topic.CORRECT_SIGNER: DeadRule("skip"),
    Topic.LOOK: DeadRule("skip"),
    Topic.SIGNING_LINK: DeadRule("skip", attempts=1),  # nobody waits any more at a second try
    Topic.PROVIDER_EVENT: DeadRule("skip"),
    Topic.CHECK_CONNECTION: DeadRule("skip", attempts=12),
    Topic.PORTAL_EVENT: DeadRule("skip"),
    Topic.INVITE: DeadRule("skip"),  # a bounced signer is corrected; his next letter must not wait for the first
    Topic.REMIND: DeadRule("skip"),
    Topic.RELAY: DeadRule("skip"),  # the next one shows the newest state anyway
    Topic.SEAL: DeadRule("stop"),
    Topic.FILE_TO_CARD: DeadRule("stop"),  # there is nothing to pin without it
    Topic.PIN: DeadRule("skip"),
    Topic.WRITE_BACK: DeadRule("skip"),
    Topic.COPY_TO_SIGNERS: DeadRule("skip"),
    Topic.TELL_SIGNERS: DeadRule("skip"),
}


def describe(error: Exception) -> str:
    """Say in the row why a message is not done, for `Sentence.read`.

    Our own sentences only: others might carry personal data.
    """
    if isinstance(error, AppError):
        return Sentence.of(error).kept()
    return Sentence(N_("An unexpected error on our side (%(kind)s)."), {"kind": type(error).__name__}).kept()


def marks(message: Message) -> dict[str, Any]:
    """Collect what every log line about a message says, beside its portal."""
    return {
        "signature_request": message.request_id,
        "key": message.key,
        "topic": message.topic.value,
        "attempts": message.attempts,
    }


def trouble(error: Exception) -> dict[str, str]:
    """Collect what a log line says about an error."""
    return {"error": type(error).__name__, "code": getattr(error, "code", "")}
