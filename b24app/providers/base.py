"""What a signing provider must be able to do. How to add one: ADDING_A_PROVIDER.md.

Neutral units only: points from the top-left of the displayed page, 1-based pages and orders, aware UTC times. A room
turns them into its provider's (80 dpi, "routingOrder", subject length, ...); nothing outside a room knows those.

Raises everywhere: ProviderError when the other side refused or failed, so that nothing happened there (`kind` says
what it means, providers/refusals.py makes them); OutcomeUnknown when a write went out and no answer came: it may have
happened, and is looked for by our reference before it is repeated. No other exception leaves a room.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from b24app.domain.fields import Field
from b24app.domain.signature_request import Signer
from b24app.errors import Sentence
from b24app.providers.capabilities import Capabilities
from b24app.providers.snapshot import Event, Snapshot

BUILTIN = "builtin"
"""The name of Paraph's own engine, which needs no connection."""


@dataclass(frozen=True)
class Order:
    """A request as a provider gets it.

    `ref` is ours, written down before the first call, the same at every repetition of it: put it where
    `find_by_ref` and events find it again. It holds no personal data. `fields` are the signers' own, named by their
    `position` as text ("1", "2", ...); where a provider needs none, it gets none. `pdf` reads the document's bytes.
    `subject` and `message` are empty unless the portal has words of its own. `notify_url` is where events about this
    request go, for providers that are told at each one. `embedded` are the ids of signers who sign inside our page, by
    `signing_link`, and get no letter: where a provider has EMBEDDED beside EMAIL, one signer can, and the others not.
    """

    ref: str
    title: str
    file_name: str
    pdf: Callable[[], bytes]
    signers: Sequence[Signer]
    fields: Sequence[Field]
    pages: int = 1
    pdf_bytes: int = 0
    subject: str = ""
    message: str = ""
    copies: Sequence[str] = ()  # addresses that get the signed document as well
    expires_at: datetime | None = None
    locale: str = "en"
    sender_name: str = ""
    sender_company: str = ""
    notify_url: str = field(default="", repr=False)
    embedded: Collection[str] = ()


@dataclass(frozen=True)
class Created:
    """The provider has taken the request over.

    `signers`: our signer's id -> the provider's id of him, for every signer of the order. `is_out`: the letters are on
    their way; else it is still being prepared, and a later snapshot says when it is out.
    """

    provider_ref: str
    signers: Mapping[str, str] = field(default_factory=dict)
    is_out: bool = False


class Draft(Protocol):
    """What `create` wrote down in an earlier try, for providers that take several calls to send.

    `steps` is empty at the first try. A step that is done is kept at once, and not done again:
    `upload = draft.steps.get("upload") or draft.keep("upload", self._upload(order.pdf()))`.
    """

    @property
    def steps(self) -> Mapping[str, str]: ...

    def keep(self, step: str, value: str) -> str:
        """Write a step down, durably, and return its value."""


class NoDraft:
    """The draft of a provider that sends in one step."""

    steps: Mapping[str, str] = {}

    def keep(self, step: str, value: str) -> str:
        return value


NO_DRAFT = NoDraft()


@dataclass(frozen=True)
class Problem:
    """Why an order does not fit a provider; `field` names the option concerned ("signers", "expires_on", ...)."""

    field: str
    sentence: Sentence


@dataclass(frozen=True)
class AccountInfo:
    """The account behind a connection, for the settings page. None where the provider does not say."""

    account_id: str
    name: str = ""
    email: str = ""
    plan: str = ""
    requests_left: int | None = None
    is_test: bool = False


class Opens(StrEnum):
    """How a signing link is opened."""

    REDIRECT = "redirect"
    FRAME = "frame"  # with the provider's own script on our page


@dataclass(frozen=True)
class Link:
    """Where a signer signs. Made at the click, for one opening: it may die at the first.

    `client_id`: what the provider's script in our page wants to be told, for FRAME.
    """

    url: str = field(repr=False)
    expires_at: datetime | None = None
    single_use: bool = True
    opens: Opens = Opens.REDIRECT
    client_id: str = ""


class Cancelled(StrEnum):
    """What became of a cancel."""

    DONE = "done"
    PENDING = "pending"  # accepted; an event or a later snapshot tells the end, which may be COMPLETED all the same


class File(StrEnum):
    """What can be downloaded."""

    SIGNED = "signed"  # one PDF: all pages, and the provider's audit page where it puts one
    CERTIFICATE = "certificate"  # the provider's audit trail, where it is a file of its own
    ORIGINAL = "original"


@dataclass(frozen=True)
class Attachment:
    file_name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """One message to one signer. `key` is the outbox key: a repeated message is recognisable by it.

    `provider_ref` and `signer_ref` name request and signer at a provider that has ids of its own.
    """

    key: str
    signer_name: str
    signer_email: str
    locale: str
    document: str
    sender_name: str
    sender_company: str
    subject: str = ""  # the portal's own words; empty: the provider's default
    body: str = ""
    link: str = field(default="", repr=False)
    expires_on: date | None = None
    reason: str = ""
    attachments: tuple[Attachment, ...] = ()
    provider_ref: str = ""
    signer_ref: str = ""


class Letters(Protocol):
    """Who writes to signers. Raises: MailError as well, when it does so by mail."""

    def invite(self, notice: Notice) -> None:
        """Ask a signer whose turn has come."""

    def remind(self, notice: Notice) -> None:
        """Ask him again."""

    def tell_over(self, notice: Notice) -> None:
        """Tell a signer that the request ended without the document being completed, and why."""

    def send_copy(self, notice: Notice) -> None:
        """Give a signer the sealed document."""


class Provider(Letters, Protocol):
    """A signing service with one account of it. Every call may go over the network; none is made inside a database
    transaction, and one takes at most 100 seconds altogether, whatever the other side does: the worker's lease ends
    after 120. A room need not write what its capabilities leave out (`no_such_call.NoSuchCall`).

    Of Letters only those kinds are asked for that `capabilities.letters` names, and `remind` whenever
    `manual_reminders` (the letter is then the provider's own unless REMINDER is among its letters). A room whose
    provider cannot mail our sealed copy hands `send_copy` on to the letters it was opened with.
    """

    name: str
    title: str
    capabilities: Capabilities

    def check_connection(self) -> AccountInfo:
        """Ask the provider who we are to it. Raises: AUTH_FAILED, CONSENT_NEEDED, UNAVAILABLE."""

    def ensure_webhook(self, url: str) -> None:
        """Have the account's events sent to this address; doing it twice changes nothing. For Scope.ACCOUNT, APP."""

    def remove_webhook(self, url: str) -> None:
        """Have no more events sent there. Somebody else's address in its place is left alone."""

    def validate(self, order: Order) -> Sequence[Problem]:
        """Say what does not fit, without asking anybody. `fit.problems` checks all that capabilities can tell."""

    def create(self, order: Order, draft: Draft) -> Created:
        """Send a request. Called again after failures, with what `draft` kept.

        The caller has looked by `find_by_ref` when an earlier try may have been accepted, so it sends without looking.
        Raises: OutcomeUnknown when it may be out; NOT_READY when a step takes its time (a later try goes on from
        there); INVALID, PLAN_LIMIT, FORBIDDEN when it will never be accepted as it is.
        """

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        """Look for a request that may have been sent under this order's `ref`, not before `since`; None without one.

        Allow for the seconds that a provider takes to list what it has accepted: raise NOT_READY rather than answer
        None too early. Raises: UNSUPPORTED where `finds_by_ref` is off.
        """

    def get(self, provider_ref: str) -> Snapshot:
        """Read where a request stands. Raises: NOT_FOUND for one it has never had (not for a cancelled one)."""

    def signing_link(self, provider_ref: str, signer_ref: str, return_to: str) -> Link:
        """Make the address where this signer signs now; he comes back to `return_to`."""

    def change_signer(self, provider_ref: str, signer_ref: str, name: str, email: str) -> str:
        """Correct a signer, who gets a letter of his own then; returns the provider's id of him, which may be new.

        Harmless when it has been done before. Raises: CONFLICT once he has answered; INVALID.
        """

    def cancel(self, provider_ref: str, reason: str) -> Cancelled:
        """Call a request back; its signers learn it from the provider.

        Doing it twice is harmless. Raises: CONFLICT when it has ended in another way: the caller looks how.
        """

    def download(self, provider_ref: str, what: File) -> bytes:
        """Fetch a file. Raises: NOT_READY while it is being made."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """Verify a stored body and read it. Header names are in lower case; nothing is asked of the provider.

        Kinds it does not know become EventKind.OTHER, bodies it cannot read InvalidPayload.
        Raises: Unauthentic when the proof is wrong, InvalidPayload.
        """
