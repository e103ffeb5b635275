"""By what each effect is known again outside, should its outcome be unknown: before a retry it is looked for.

Bitrix24 has no idempotency keys and SMTP has no look-up; what takes their place stands in this table. Why, and what is
left: docs/decisions/0008-one-visible-effect.md, whose table a test compares with this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from b24app.domain.events import Topic
from b24app.outbox.message import Message

KNOWN_BY: Mapping[Topic, str] = {
    Topic.HAND_OVER: "our reference at the provider",
    Topic.INVITE: "LETTER_SENT with the message's key; Message-ID",
    Topic.REMIND: "LETTER_SENT with the message's key; Message-ID",
    Topic.RELAY: "activity by originId; log entry by mark; notification by TAG",
    Topic.SEAL: "status of the request",
    Topic.FILE_TO_CARD: "comment by /v/<id> and file name",
    Topic.PIN: "log entry by mark; activity by originId; notification by TAG",
    Topic.WRITE_BACK: "log entry by mark",
    Topic.COPY_TO_SIGNERS: "LETTER_SENT with the message's key; Message-ID",
    Topic.TELL_SIGNERS: "LETTER_SENT with the message's key; Message-ID",
    Topic.FETCH_FILE: "the file in our row",
    Topic.CANCEL: "status of the request, here and at the provider",
    Topic.CORRECT_SIGNER: "nothing: the same values once more",
    Topic.LOOK: "nothing: it only reads",
    Topic.SIGNING_LINK: "nothing: an address too many runs out by itself",
    Topic.PROVIDER_EVENT: "status of the request and of its signers, by rank",
    Topic.CHECK_CONNECTION: "the webhook by its address",
    Topic.PORTAL_EVENT: "SIGNER_REMINDED with the event's key; status of the request",
}

LOOK_BACK = timedelta(days=1)
"""How much older than its event an entry may look: clocks differ, and self-hosted ones differ much."""


def log_mark(message: Message) -> str:
    """Name a message in a log entry: a visible word, the same in every language, unique within a card."""
    return f"#{message.request_id[:6]}/{message.seq}"


def notification_tag(request_id: str) -> str:
    return f"PARAPH|{request_id}"


def filed_mark(request_id: str) -> str:
    """Name a request in the comment that carries its file: the end of the address where it is verified."""
    return f"/v/{request_id}"
