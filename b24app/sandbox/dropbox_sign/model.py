"""A signature request and its signatures, as the service keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import ids
from b24app.sandbox.dropbox_sign.accounts import Account
from b24app.sandbox.esign.answers import Group
from b24app.sandbox.esign.fields import Adopted, Field
from b24app.sandbox.esign.paper.marks import AuditLine

AWAITING, SIGNED, DECLINED, EXPIRED = "awaiting_signature", "signed", "declined", "expired"
ON_HOLD, BOUNCED = "on_hold", "error_invalid_email"


@dataclass
class Signature:
    """One signer's part. `token` opens the hosted page; `signature_id` changes with the address."""

    index: int
    name: str
    email: str
    order: int | None = None
    signature_id: str = field(default_factory=lambda: ids.hex_id(32))
    token: str = field(default_factory=lambda: ids.hex_id(40))
    status_code: str = AWAITING
    pin: str = ""
    sms_phone: str = ""
    sms_delivery: bool = False
    group: str = ""
    group_guid: str | None = None
    invited: bool = False
    signed_at: int | None = None
    last_viewed_at: int | None = None
    last_reminded_at: int | None = None
    decline_reason: str | None = None
    reassigned_by: str | None = None
    reassigned_from: str | None = None
    reassignment_reason: str | None = None
    error: str | None = None
    adopted: Adopted | None = None

    @property
    def key(self) -> str:
        """Whose a field is, whatever happens to the signature id."""
        return str(self.index)

    @property
    def open(self) -> bool:
        return self.status_code in (AWAITING, BOUNCED)

    @property
    def rank(self) -> int:
        return self.order or 0

    def new_ids(self) -> str:
        """Another address: new id and link, the old ones are dead. Returns the old id."""
        old = self.signature_id
        self.signature_id, self.token = ids.hex_id(32), ids.hex_id(40)
        return old


@dataclass
class Document:
    """A file that was sent. `content` is None while the service has yet to download it."""

    name: str
    content: bytes | None
    url: str = ""


@dataclass
class SignatureRequest:
    """Everything about one request."""

    account: Account
    created_at: int
    signatures: list[Signature]
    documents: list[Document]
    id: str = field(default_factory=lambda: ids.hex_id(40))
    client_id: str | None = None
    embedded: bool = False
    test_mode: bool = False
    title: str = ""
    subject: str = ""
    message: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    cc: list[str] = field(default_factory=list)
    allow_decline: bool = False
    allow_reassign: bool = False
    expires_at: int | None = None
    signing_redirect_url: str | None = None
    signing_options: dict[str, Any] = field(default_factory=dict)
    date_format: str = "MM / DD / YYYY"
    attachments: list[dict[str, Any]] = field(default_factory=list)
    custom_fields: list[dict[str, Any]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    use_text_tags: bool = False
    signature_page: bool = False
    warnings: list[tuple[str, str]] = field(default_factory=list)
    sent: bool = False
    listed_at: float = 0.0
    is_complete: bool = False
    is_declined: bool = False
    has_error: bool = False
    canceled: bool = False
    removed_by: set[str] = field(default_factory=set)
    preparing: bool = True
    bodies: list[bytes] = field(default_factory=list)
    final: bytes | None = None
    trail: list[AuditLine] = field(default_factory=list)
    version: int = 0

    def signature(self, signature_id: str) -> Signature | None:
        return next((one for one in self.signatures if one.signature_id == signature_id), None)

    def fields_of(self, signature: Signature) -> list[Field]:
        return [one for one in self.fields if one.owner == signature.key]

    @property
    def ended(self) -> bool:
        return self.is_complete or self.is_declined or self.canceled

    def turn(self) -> list[Signature]:
        """Who may sign now: the lowest order that is not finished."""
        waiting = [one for one in self.signatures if one.status_code != SIGNED]
        if not waiting or self.ended or not self.sent or self.has_error:
            return []
        lowest = min(one.rank for one in waiting)
        return [one for one in waiting if one.rank == lowest and one.open]


@dataclass
class SignUrl:
    """A link for one opening within an hour."""

    request: SignatureRequest
    signature: Signature
    signature_id: str
    expires_at: int
    opened: bool = False
