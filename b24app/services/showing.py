"""What pages show of a request: plain values, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from b24app.domain.acts import Difference
from b24app.domain.fields import Field, FieldValue
from b24app.domain.signature_request import SignatureRequest, Signer
from b24app.services.list_troubles import Work


@dataclass(frozen=True)
class EventView:
    """One line of the history: `type` is the audit event's type, `who` a name, `data` what belongs to it."""

    type: str
    at: datetime
    who: str
    data: Mapping[str, object]


@dataclass(frozen=True)
class CopyView:
    """One who only gets the finished document; `sent_at`: when our letter to him went out."""

    id: str
    name: str
    email: str
    sent_at: datetime | None
    may_change: bool


@dataclass(frozen=True)
class MadeFrom:
    """The revision of a template that a document was made from."""

    template_id: str
    name: str
    revision_id: str
    number: int


@dataclass(frozen=True)
class RequestView:
    """One request for an employee. The `may_*` flags already look at status and at who asks."""

    request: SignatureRequest
    locale: str
    pages: tuple[tuple[float, float], ...]
    document_sha256: str  # of the file that shows what has been entered so far
    has_final: bool
    has_certificate: bool  # a file of its own, where the final one came signed or could not take our seal
    sender_name: str
    responsible_name: str
    events: tuple[EventView, ...]
    approver_fields: tuple[Field, ...]
    has_saved_signature: bool
    may_sign_there: bool
    may_approve: bool
    may_void: bool
    may_remind: bool
    may_move_deadline: bool
    expires_on: date | None  # the last day, as people in the request's time zone call it
    next_reminders: Mapping[str, date]  # signer id -> the day there of the next automatic one
    works: tuple[Work, ...]  # what could not be done for it
    drift: tuple[Difference, ...] = ()  # what it prints and the card no longer says
    conflicts: tuple[Difference, ...] = ()  # entries that were not written over what was changed in the card
    may_resend: bool = False
    service: str = ""  # the account it is signed through, as the portal calls it; empty for Paraph's own engine
    came_signed: bool = False  # its file carried digital signatures, so nothing is put on it
    made_from: MadeFrom | None = None
    copies: tuple[CopyView, ...] = ()


@dataclass(frozen=True)
class RequestLine:
    """One request in a list."""

    id: str
    title: str
    status: str
    signed: int
    signers: int
    names: tuple[str, ...]  # of the first signers
    created_at: datetime
    is_test: bool = False


@dataclass(frozen=True)
class Listing:
    """A page of a list. `next` is where the following one begins, empty at the end; `is_cut`: a search looked at as
    many requests as it may at once, and there may be more that it would find."""

    lines: tuple[RequestLine, ...]
    next: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class SigningView:
    """One request for one signer, in his turn. `document_sha256` names the file with the earlier signers' entries."""

    request: SignatureRequest
    signer: Signer
    locale: str
    sender_name: str
    sender_company: str
    pages: tuple[tuple[float, float], ...]
    document_sha256: str
    fields: tuple[Field, ...]  # this signer's, in reading order
    values: Mapping[str, FieldValue]  # what he has entered so far, by field id
    page_texts: tuple[str, ...]
    expires_on: date | None = None
    came_signed: bool = False


@dataclass(frozen=True)
class ClosedLink:
    """Why a signer's link does not open the document; shown without a word of its content.

    `reason`: unknown | signed | not_your_turn | declined | voided | expired | refused | completed | revoked | failed
    | elsewhere (an ElsewhereView)
    """

    reason: str
    locale: str = "en"
    signed_at: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class ElsewhereView(ClosedLink):
    """A request that is signed at its provider, for a signer in his turn: it opens no document here.

    `service` is the provider's name, `origins` are what a frame with its pages needs; empty: its page is no frame.
    """

    title: str = ""
    sender_name: str = ""
    sender_company: str = ""
    service: str = ""
    origins: tuple[str, ...] = ()
