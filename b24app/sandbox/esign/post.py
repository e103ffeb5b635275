"""Letters a signing service sends, over real SMTP into the sandbox's mailbox."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr
from html import escape

from b24app.sandbox.serving import HOST

TIMEOUT_S = 10


@dataclass(frozen=True)
class Enclosure:
    """A file in a letter."""

    name: str
    content: bytes


class Post:
    """One service's outgoing mail. The mailbox's faults decide who cannot be reached."""

    def __init__(self, smtp_port: Callable[[], int], sender: str) -> None:
        self._smtp_port = smtp_port
        self._sender = sender

    def send(
        self,
        to: tuple[str, str],
        subject: str,
        lines: Sequence[str],
        link: tuple[str, str] | None = None,
        enclosures: Sequence[Enclosure] = (),
    ) -> bool:
        """Send a letter to (name, address); False when the address was refused. `link` is (label, url)."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = formataddr(to)
        message["Subject"] = " ".join(subject.split())
        message.set_content("\n\n".join([*lines, f"{link[0]}: {link[1]}" if link else ""]))
        message.add_alternative(_html(lines, link), subtype="html")
        for one in enclosures:
            message.add_attachment(one.content, maintype="application", subtype="pdf", filename=one.name)
        try:
            with smtplib.SMTP(HOST, self._smtp_port(), timeout=TIMEOUT_S) as smtp:
                smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused:
            return False
        return True


def _html(lines: Sequence[str], link: tuple[str, str] | None) -> str:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    button = f'<p><a href="{escape(link[1])}">{escape(link[0])}</a></p>' if link else ""
    return f'<div style="font:16px sans-serif">{paragraphs}{button}</div>'
