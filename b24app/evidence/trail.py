"""The audit trail as a hash chain: whoever changes, drops, adds or swaps one event breaks every digest after it.

Pure. The head (the last digest) is printed on the certificate page before sealing, so the seal guards the chain's end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from b24app.clock import to_ms
from b24app.domain.events import AuditEvent

GENESIS = ""
"""What the first link follows."""

FIRST_POSITION = 1

_VERSION = b"paraph-trail-1"


@dataclass(frozen=True)
class Link:
    """One event in its place. `position` counts from 1; `digest` is 64 hexadecimal characters."""

    position: int
    event: AuditEvent
    digest: str


def canonical(event: AuditEvent, request_id: str) -> bytes:
    """Write an event in the one form that is hashed: JSON, sorted keys, ASCII, no spaces, time in milliseconds.

    A row written to the database and read back gives the same bytes, since tables keep milliseconds and JSON too.
    Raises: ValueError for a time without zone or a number JSON cannot hold; TypeError for data that is not JSON.
    """
    if event.at.tzinfo is None:
        raise ValueError("an audit event needs a time with a zone")
    form = {
        "actor": [event.actor.kind, event.actor.id],
        "at": to_ms(event.at),
        "data": dict(event.data),
        "request": request_id,
        "signer": event.signer_id,
        "type": str(event.type),
    }
    return json.dumps(form, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def link(previous: str, event: AuditEvent, request_id: str, position: int) -> str:
    """Hash one event together with its place and the digest before it; `previous` is GENESIS for the first.

    Returns the SHA-256 in hexadecimal. The parts are one a line and none holds a line break, so no two inputs share
    bytes.
    """
    parts = (_VERSION, previous.encode("ascii"), str(position).encode("ascii"), canonical(event, request_id))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def chain(request_id: str, previous: str, start_position: int, events: Iterable[AuditEvent]) -> list[Link]:
    """Append events to a trail whose last digest is `previous`; the first of them gets `start_position`."""
    links: list[Link] = []
    for position, event in enumerate(events, start_position):
        previous = link(previous, event, request_id, position)
        links.append(Link(position, event, previous))
    return links


def first_broken(request_id: str, links: Sequence[Link]) -> int | None:
    """Find the position, counted from 1, where a whole trail first disagrees with its digests; None when it is whole.

    A trail cut off at its end looks whole: compare `head` with the digest on the certificate for that.
    """
    previous = GENESIS
    for position, found in enumerate(links, FIRST_POSITION):
        if found.position != position or found.digest != link(previous, found.event, request_id, position):
            return position
        previous = found.digest
    return None


def head(links: Sequence[Link]) -> str:
    """Take the digest that stands for the whole trail."""
    return links[-1].digest if links else GENESIS
