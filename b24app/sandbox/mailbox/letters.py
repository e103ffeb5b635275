"""One received letter, taken apart."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file in a letter."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Letter:
    """One letter. `recipients` are the envelope's, `headers` in the order sent."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]
    raw: bytes
    received: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "from": self.header("From") or self.sender,
            "sender": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "received": self.received,
            "headers": self.headers,
            "text": self.text,
            "html": self.html,
            "attachments": [{"name": a.name, "type": a.content_type, "size": a.size} for a in self.attachments],
        }


def read_letter(number: int, sender: str, recipients: list[str], raw: bytes) -> Letter:
    """Parse a message as it came over SMTP."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    attachments = [_attachment(part, index) for index, part in enumerate(_files(message), 1)]
    return Letter(
        number,
        sender,
        recipients,
        str(message.get("Subject", "")),
        [(name, str(value)) for name, value in message.items()],
        _body(message, "plain"),
        _body(message, "html"),
        attachments,
        raw,
        datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _files(message: EmailMessage) -> list[EmailMessage]:
    """Attachments and inline pictures."""
    bodies = {id(message.get_body((kind,))) for kind in ("plain", "html")}
    leaves = [part for part in message.walk() if not part.is_multipart() and id(part) not in bodies]
    return [
        part for part in leaves if isinstance(part, EmailMessage) and (part.get_filename() or part.get("Content-ID"))
    ]


def _attachment(part: EmailMessage, index: int) -> Attachment:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    name = part.get_filename() or f"part-{index}"
    return Attachment(name, part.get_content_type(), data, str(part.get("Content-ID", "")).strip("<>"))
