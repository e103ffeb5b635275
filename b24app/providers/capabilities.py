"""What a signing provider can do, so that services and pages never ask for its name.

Stated by each room for one connection: an account in test mode or on a small plan may be able to do less.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from b24app.domain.fields import FieldType

APPROVER_SIGNS = "approver_signs"
"""The name in a connection's settings under which its account has whoever approves sign at the provider."""


class Auth(StrEnum):
    """How an account lets us in."""

    NONE = "none"
    API_KEY = "api_key"
    OAUTH_CODE = "oauth_code"
    JWT = "jwt"


class Ordering(StrEnum):
    """What signing orders are possible."""

    NONE = "none"  # everybody at once
    SEQUENTIAL = "sequential"  # one after the other, no two at the same time
    GROUPS = "groups"  # equal numbers sign in parallel


class Delivery(StrEnum):
    """How a signer comes to the document."""

    EMAIL = "email"  # the provider writes to him
    EMBEDDED = "embedded"  # `signing_link`, opened inside our page
    LINK = "link"  # `signing_link`, opened as a page of its own


class Cancel(StrEnum):
    """When a cancelled request is really over."""

    SYNC = "sync"  # with the answer
    ASYNC = "async"  # later: an event or a look says so, and a signer may still finish before


class Audit(StrEnum):
    """Where the provider's own account of what happened is."""

    NONE = "none"
    PAGE = "page"  # in the signed PDF
    SEPARATE = "separate"  # `download(File.CERTIFICATE)`


class Proof(StrEnum):
    """What an event proves about its sender; it is re-read in every case."""

    NONE = "none"
    SECRET_ADDRESS = "secret_address"  # noqa: S105 - only that it knew where to post
    WEAK_HMAC = "weak_hmac"  # a signature that does not cover the body
    BODY_HMAC = "body_hmac"  # a signature over the raw bytes


class Scope(StrEnum):
    """What one webhook address is registered for."""

    NONE = "none"
    ACCOUNT = "account"
    APP = "app"
    REQUEST = "request"  # named in each `create`


class LetterKind(StrEnum):
    """The letters that a signer may get."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    OVER = "over"
    COPY = "copy"


@dataclass(frozen=True)
class Expiry:
    """How far ahead a deadline may lie; a deadline is rounded down to whole steps."""

    soonest: timedelta = timedelta()
    latest: timedelta | None = None
    step: timedelta = timedelta(seconds=1)


@dataclass(frozen=True)
class Limits:
    """The largest that is accepted; None where there is no limit worth telling before sending."""

    file_bytes: int | None = None
    pages: int | None = None
    signers: int | None = None
    title_chars: int | None = None
    subject_chars: int | None = None
    message_chars: int | None = None


@dataclass(frozen=True)
class Rate:
    """Calls a minute that one account may make. `heavy`: those that send or fetch documents.

    `look_every`: how long one request must be left alone between two looks that no event has asked for.
    """

    per_minute: int = 60
    heavy_per_minute: int = 60
    look_every: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Capabilities:
    """What may be offered. The defaults are the least: a room states what it can do beyond them.

    `letters`: those that Paraph must ask it for. The others are the provider's own business: it writes them itself or
    nobody does, and Paraph neither asks nor claims in the trail that one went out.
    `watched`: the request lives at the provider. It is followed by events and looks (`receive`, `get`), its signed
    file must be fetched (`download`), and the seal goes on top without touching it.
    """

    letters: frozenset[LetterKind] = frozenset()
    watched: bool = True
    auth: frozenset[Auth] = frozenset()
    delivery: frozenset[Delivery] = frozenset({Delivery.EMAIL})
    ordering: Ordering = Ordering.NONE
    field_types: frozenset[FieldType] = frozenset({FieldType.SIGNATURE})
    expiry: Expiry | None = None  # None: it knows no deadline; ours cancels it
    cancel: Cancel = Cancel.SYNC
    audit: Audit = Audit.NONE
    limits: Limits = field(default_factory=Limits)
    rate: Rate = field(default_factory=Rate)
    webhook: Scope = Scope.NONE
    proof: Proof = Proof.NONE
    own_letter: bool = False  # subject and text of the invitation may be ours
    approver_signs: bool = False  # whoever approves is its last signer, by `signing_link`; the account wants it so
    copies: bool = False  # others may be named whom the provider itself sends the signed document
    decline: bool = False  # a signer may decline
    corrects_name: bool = False  # a signer may correct his own name or company
    change_signer: bool = False  # name and address may be corrected after sending
    manual_reminders: bool = False
    finds_by_ref: bool = False  # `find_by_ref` works; without it a lost answer needs a human
    test_mode: bool = False  # what goes out now is worthless in law, and must say so everywhere
