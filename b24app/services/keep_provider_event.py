"""Keep what a provider posted, before anything else is done with it; the worker acts on it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.services.context import Context
from b24app.store import connections, inbox, outbox
from b24app.store.database import writing
from b24app.store.vault import fingerprint

_BOUNDARY = re.compile(r'boundary="?([^";,]+)')
_PROOFS = ("signature", "hmac")


@dataclass(frozen=True)
class Addressee:
    """Whose event it is."""

    portal: str
    connection: str
    provider: str


def find_addressee(provider: str, secret: str) -> Addressee | None:
    """Find the connection behind the secret part of an address; None for one that is not (or no longer) ours."""
    found = connections.by_webhook(provider, fingerprint(secret))
    return Addressee(found[1], found[0], provider) if found else None


def keep_provider_event(ctx: Context, addressee: Addressee, headers: Mapping[str, str], body: bytes) -> None:
    """Store an event as it came and enqueue it, in one transaction; the same one twice is kept once.

    Nothing is verified here: what it claims is worth no more than a look, and the proof needs the account's keys.
    """
    portal, connection = addressee.portal, addressee.connection
    event_key, now = _key(connection, headers, body), ctx.now()
    with writing():
        if not inbox.keep(portal, event_key, addressee.provider, connection, headers, body, to_ms(now)):
            return
        outbox.enqueue(portal, f"inbox-{event_key}", 1, Topic.PROVIDER_EVENT, {"event_key": event_key}, now)
    ctx.hints.hint(portal)


def _key(connection: str, headers: Mapping[str, str], body: bytes) -> str:
    """Make a key of what was posted and of its proof, so that a forged copy cannot stand in for the real one.

    The boundary of a multipart body is chosen anew at each delivery and left out.
    """
    boundary = _BOUNDARY.search(headers.get("content-type", ""))
    if boundary:
        body = body.replace(boundary[1].encode(), b"")
    proofs = sorted(f"{name}:{value}" for name, value in headers.items() if any(word in name for word in _PROOFS))
    digest = hashlib.sha256(body)
    for part in (connection, *proofs):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()
