"""Where each provider posts its events, and the answer it waits for; apart from the rooms, for the web loads none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ack:
    """The answer that tells a provider that its event has arrived; with any other it sends the event again."""

    status: int
    body: str
    content_type: str = "text/plain"


@dataclass(frozen=True)
class Door:
    """Whose events come here."""

    provider: str
    ack: Ack


DOORS: Mapping[str, Door] = {
    # developers.hellosign.com/docs/events/walkthrough: the literal text, within 30 s
    "dropbox-sign": Door("dropbox_sign", Ack(200, "Hello API Event Received")),
    # developers.docusign.com/platform/webhooks/connect: any 200
    "docusign": Door("docusign", Ack(200, "")),
}
"""The second step of the address `/webhooks/<door>/<secret>` -> the door. Such addresses stand in people's accounts."""
