"""An envelope, its recipients and documents, as the service keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from b24app.sandbox import ids
from b24app.sandbox.docusign.people import Account, User, new_guid
from b24app.sandbox.esign.fields import Adopted, Field
from b24app.sandbox.esign.paper.marks import AuditLine

SIGNER, COPY = "signer", "carboncopy"
OPEN_ENVELOPE = ("sent", "delivered")
OPEN_RECIPIENT = ("sent", "delivered", "autoresponded")


def stamp(moment: float | None) -> str | None:
    """A moment as the service writes it: UTC, seven digits."""
    if moment is None:
        return None
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


@dataclass
class Tab:
    """A tab as it was given, and the place it stands for."""

    kind: str  # signHereTabs, textTabs, …
    given: dict[str, Any]
    place: Field
    tab_id: str = field(default_factory=new_guid)


@dataclass
class Recipient:
    """Somebody on the way of an envelope. `token` opens the link of his letter."""

    recipient_id: str
    kind: str
    name: str
    email: str
    order: int
    client_user_id: str = ""
    start_url: str = ""
    access_code: str = ""
    guid: str = field(default_factory=new_guid)
    user_id: str = field(default_factory=new_guid)
    token: str = field(default_factory=lambda: ids.hex_id(40))
    status: str = "created"
    sent_at: float | None = None
    delivered_at: float | None = None
    signed_at: float | None = None
    declined_at: float | None = None
    declined_reason: str = ""
    bounce_reason: str = ""
    tabs: list[Tab] = field(default_factory=list)
    adopted: Adopted | None = None

    @property
    def embedded(self) -> bool:
        """Signs inside the sender's application; gets no letter unless a start URL was given."""
        return bool(self.client_user_id)

    @property
    def done(self) -> bool:
        return self.status == "completed"


@dataclass
class Document:
    """A document of an envelope; `content` is a PDF."""

    document_id: str
    name: str
    order: int
    content: bytes
    guid: str = field(default_factory=new_guid)


@dataclass
class Hook:
    """Where Connect messages go: from the envelope's eventNotification or the account's configuration."""

    url: str
    events: list[str]
    include: list[str] = field(default_factory=list)
    acknowledge: bool = False
    hmac: bool = False
    integrator_managed: bool = False
    configuration_id: str = ""


@dataclass
class Envelope:
    """Everything about one envelope."""

    account: Account
    sender: User
    client_id: str
    created_at: float
    recipients: list[Recipient]
    documents: list[Document]
    envelope_id: str = field(default_factory=new_guid)
    status: str = "created"
    subject: str = ""
    blurb: str = ""
    transaction_id: str = ""
    allow_reassign: bool = False
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    notification: dict[str, Any] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    sent_at: float | None = None
    delivered_at: float | None = None
    completed_at: float | None = None
    declined_at: float | None = None
    voided_at: float | None = None
    voided_reason: str = ""
    changed_at: float = 0.0
    audit: list[tuple[float, str, str]] = field(default_factory=list)
    sealed: dict[str, bytes] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.status in OPEN_ENVELOPE

    @property
    def signers(self) -> list[Recipient]:
        return [one for one in self.recipients if one.kind == SIGNER]

    @property
    def fields(self) -> list[Field]:
        return [tab.place for one in self.recipients for tab in one.tabs]

    def recipient(self, recipient_id: str) -> Recipient | None:
        return next((one for one in self.recipients if one.recipient_id == recipient_id), None)

    def current_order(self) -> int | None:
        """The lowest routing order that is not finished."""
        waiting = [one.order for one in self.recipients if not one.done]
        return min(waiting) if waiting else None

    def turn(self) -> list[Recipient]:
        """The signers who may sign now."""
        if not self.open:
            return []
        order = self.current_order()
        return [one for one in self.signers if one.order == order and one.status in OPEN_RECIPIENT]

    def trail(self) -> list[AuditLine]:
        """The audit events as lines of the certificate."""
        return [AuditLine(str(stamp(at))[:19].replace("T", " ") + " UTC", what, who) for at, what, who in self.audit]


@dataclass
class View:
    """A recipient view: five minutes, one use."""

    envelope: Envelope
    recipient: Recipient
    return_url: str
    until: float
    ancestors: list[str]
    used: bool = False
