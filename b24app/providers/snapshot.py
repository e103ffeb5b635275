"""How a provider tells where a request stands, in our words, and what its events boil down to.

A snapshot is the truth; an event is only the reason to ask for one (docs/decisions/0007-provider-events-are-hints.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class There(StrEnum):
    """Where a request stands at its provider."""

    DRAFT = "draft"  # made, not sent: `create` stopped in the middle
    SENDING = "sending"  # accepted, not out yet: it may still turn out to be FAILED
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"  # everybody has signed
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLING = "cancelling"  # a cancel was accepted and is not done
    CANCELLED = "cancelled"  # also when it is gone because of that, though asking for it gives "not found"
    FAILED = "failed"  # it was accepted and could not be sent
    UNKNOWN = "unknown"  # a word that this room does not know: nothing is concluded from it


class SignerThere(StrEnum):
    """Where a signer stands at the provider."""

    WAITING_TURN = "waiting_turn"
    PENDING = "pending"  # invited
    VIEWED = "viewed"
    SIGNED = "signed"
    DECLINED = "declined"
    BOUNCED = "bounced"  # his letter came back
    EXPIRED = "expired"
    ON_HOLD = "on_hold"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SignerState:
    """One signer at the provider.

    `signer_ref` is the provider's id of him, which a changed address may change. `at` is when he came to this status,
    by the provider's clock. `reason`: why he declined, or why his letter came back. `name` and `email` as the provider
    has them now. All but the first two may be missing.
    """

    signer_ref: str
    status: SignerThere
    at: datetime | None = None
    reason: str = ""
    name: str = ""
    email: str = ""
    ip: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One request at the provider at the moment it was asked for.

    A DECLINED one has a signer who declined, a COMPLETED one has nobody left to sign. `ended_at` is by the provider's
    clock; `reason` says why it ended, in a person's words or the provider's. `entries`: what signers entered, our
    field's id -> its text as it stands there; "yes" or nothing for a tick and for a button of a group. What is missing
    was not told: the place is taken to be as it was sent.
    """

    provider_ref: str
    status: There
    signers: tuple[SignerState, ...] = ()
    ended_at: datetime | None = None
    reason: str = ""
    entries: Mapping[str, str] = field(default_factory=dict, repr=False)

    def signer(self, signer_ref: str) -> SignerState | None:
        return next((signer for signer in self.signers if signer.signer_ref == signer_ref), None)


class EventKind(StrEnum):
    """What an event says has happened. All but SIGNER_BOUNCED and CONNECTION_TEST lead to the same: a look."""

    REQUEST_SENT = "request.sent"
    REQUEST_FAILED = "request.failed"
    REQUEST_COMPLETED = "request.completed"
    REQUEST_DECLINED = "request.declined"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_CORRECTED = "request.corrected"
    FILES_READY = "files.ready"
    SIGNER_NOTIFIED = "signer.notified"
    SIGNER_VIEWED = "signer.viewed"
    SIGNER_SIGNED = "signer.signed"
    SIGNER_DECLINED = "signer.declined"
    SIGNER_BOUNCED = "signer.bounced"  # taken at its word when the snapshot cannot say it: it only asks for a look
    SIGNER_REASSIGNED = "signer.reassigned"
    SIGNER_REMINDED = "signer.reminded"
    CONNECTION_TEST = "connection.test"  # the provider tries the address: about no request
    OTHER = "other"  # a kind that this room does not know


@dataclass(frozen=True)
class Event:
    """One thing that a provider says has happened; `receive` makes it of a stored body.

    `provider_ref` is empty when it is about no request. `our_ref` is the reference we gave, where the body repeats it:
    an event may arrive before our own call has returned, and many are about requests that are not ours.
    """

    kind: EventKind
    provider_ref: str = ""
    signer_ref: str = ""
    our_ref: str = ""
    occurred_at: datetime | None = None
    reason: str = ""
