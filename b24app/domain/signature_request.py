"""The aggregate: a document out for signature, its signers and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from b24app.domain.reminders import OFF, Reminders


class Status(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    AWAITING_SIGNATURES = "awaiting_signatures"
    CLOSING = "closing"  # called back or overdue; its provider has not confirmed the end yet
    AWAITING_APPROVAL = "awaiting_approval"
    COMPLETING = "completing"
    COMPLETED = "completed"
    DECLINED = "declined"
    REFUSED = "refused"
    VOIDED = "voided"
    EXPIRED = "expired"
    FAILED = "failed"


TERMINAL = frozenset({Status.COMPLETED, Status.DECLINED, Status.REFUSED, Status.VOIDED, Status.EXPIRED})
OUT = frozenset({Status.AWAITING_SIGNATURES})
OPEN = frozenset({Status.AWAITING_SIGNATURES, Status.AWAITING_APPROVAL})
NOT_TAKEN = frozenset({Status.SENDING, Status.FAILED})  # a provider may not have it, or not yet


class SignerStatus(StrEnum):
    WAITING_TURN = "waiting_turn"
    INVITED = "invited"
    VIEWED = "viewed"
    SIGNED = "signed"
    DECLINED = "declined"
    BOUNCED = "bounced"
    DELEGATED = "delegated"


class Role(StrEnum):
    SIGNER = "signer"
    APPROVER = "approver"
    VIEWER = "viewer"
    COPY = "copy"


@dataclass(frozen=True)
class Signer:
    """One recipient. `position` is his 1-based place in the list (fields name it); `order` decides turns: equal orders
    sign in parallel, and 0 is for copies, which have no turn. `employee`: the Bitrix24 user id of one who signs at the
    provider from within Bitrix24 and gets no letters; 0 for everybody else."""

    id: str
    position: int
    name: str
    email: str
    order: int
    role: Role = Role.SIGNER
    status: SignerStatus = SignerStatus.WAITING_TURN
    company: str = ""
    locale: str = "en"
    viewed_at: datetime | None = None
    consented_at: datetime | None = None
    signed_at: datetime | None = None
    decline_reason: str = ""
    invited_at: datetime | None = None  # when his turn came, or his address was last corrected in it
    reminded_at: datetime | None = None  # since then, by hand or by the system
    employee: int = 0

    @property
    def has_turn(self) -> bool:
        return self.status in (SignerStatus.INVITED, SignerStatus.VIEWED)


@dataclass(frozen=True)
class SignatureRequest:
    """Documents, signers, order, status. `portal` is the tenant's member_id; `sender_id` and `responsible_id` are
    Bitrix24 user ids; the responsible employee approves when `needs_approval`. `is_external`: it is signed at a
    provider of its own account, which keeps turns and consent. `ends_as` is what a closing one will be. `is_test`: it
    has no legal effect, and every text about it says so."""

    id: str
    portal: str
    title: str
    status: Status
    signers: tuple[Signer, ...]
    sender_id: int
    responsible_id: int
    needs_approval: bool
    entity_type_id: int
    entity_id: int
    expires_at: datetime | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    time_zone: str = "UTC"  # in which its days are counted
    reminders: Reminders = OFF
    reason: str = ""  # of the end: declined, refused, voided, failed
    is_external: bool = False
    ends_as: Status | None = None
    is_test: bool = False

    def signer(self, signer_id: str) -> Signer | None:
        return next((signer for signer in self.signers if signer.id == signer_id), None)

    def with_signer(self, signer: Signer, **changes: Any) -> SignatureRequest:
        """Replace one signer's state; the others stay."""
        changed = replace(signer, **changes)
        return replace(self, signers=tuple(changed if s.id == signer.id else s for s in self.signers))

    @property
    def signing(self) -> tuple[Signer, ...]:
        """Those who must sign, approver and copies left out."""
        return tuple(s for s in self.signers if s.role is Role.SIGNER)

    @property
    def copies(self) -> tuple[Signer, ...]:
        """Those who only get the finished document."""
        return tuple(s for s in self.signers if s.role is Role.COPY)

    @property
    def employee_in_turn(self) -> Signer | None:
        """The employee who can sign at the provider now, from within Bitrix24."""
        if self.status is not Status.AWAITING_SIGNATURES:
            return None
        return next((s for s in self.signing if s.employee and s.has_turn), None)

    @property
    def signed_count(self) -> int:
        return sum(s.status is SignerStatus.SIGNED for s in self.signing)
