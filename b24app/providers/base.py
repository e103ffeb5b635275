"""What a signing provider must be able to do. How to add one: ADDING_A_PROVIDER.md.

Neutral units only: points from the top-left of the displayed page, 1-based pages and orders, aware UTC times.
Raises everywhere: ProviderError or MailError when the other side refused or failed (nothing happened), OutcomeUnknown
when a write went out and no answer came (it may have happened: look by our reference before repeating).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from b24app.domain.fields import Field
from b24app.domain.signature_request import Signer


@dataclass(frozen=True)
class Capabilities:
    """What the service and the pages must know before they offer something."""

    invites_itself: bool  # it writes to signers and watches their turns; else our worker does
    parallel_turns: bool
    corrects_name: bool  # a signer may correct his own name or company
    manual_reminders: bool
    min_reminder_interval_s: int = 0


@dataclass(frozen=True)
class Order:
    """A request as a provider gets it. `ref` is our id: it can be looked up by it."""

    ref: str
    title: str
    pdf_sha256: str
    signers: Sequence[Signer]
    fields: Sequence[Field]


@dataclass(frozen=True)
class Created:
    """The provider has taken the request over."""

    provider_ref: str
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Attachment:
    file_name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """One message to one signer. `key` is the outbox key: a repeated message is recognisable by it."""

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
    attachment: Attachment | None = None


class Provider(Protocol):
    """A signing service. Every call may go over the network; none is made inside a database transaction."""

    name: str
    capabilities: Capabilities

    def create(self, order: Order) -> Created:
        """Hand a request over. Called again after a lost answer: must find its own first (`find_by_ref`)."""

    def find_by_ref(self, ref: str) -> str | None:
        """Return the provider's reference of a request it already has, by ours."""

    def invite(self, notice: Notice) -> None:
        """Ask a signer whose turn has come. Not called when `invites_itself`."""

    def remind(self, notice: Notice) -> None:
        """Ask him again."""

    def tell_over(self, notice: Notice) -> None:
        """Tell a signer that the request ended without the document being completed, and why."""

    def send_copy(self, notice: Notice) -> None:
        """Give a signer the sealed document."""
