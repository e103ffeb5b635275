"""The alphabet of the audit trail: what can happen to a signature request, in the past tense.

Each member says when it is written. One table (EFFECTS) maps an event to the work it causes: the outbox topics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    REQUEST_SENT = "request_sent"  # the employee pressed Send; the document is frozen
    SIGNER_INVITED = "signer_invited"  # a signer's turn came; his letter is due
    LETTER_SENT = "letter_sent"  # the mail server accepted the letter
    SIGNER_VIEWED = "signer_viewed"  # the signer's link was opened for the first time, in his turn
    SIGNER_CONSENTED = "signer_consented"  # the signer agreed to sign electronically
    SIGNER_CORRECTED = "signer_corrected"  # the signer corrected his own name or company
    SIGNER_SIGNED = "signer_signed"  # the signer finished; the server put the date
    SIGNER_DECLINED = "signer_declined"  # the signer refused to sign, with a reason
    SIGNER_BOUNCED = "signer_bounced"  # the letter cannot be delivered to this address
    SIGNER_CHANGED = "signer_changed"  # the employee corrected a signer's name or address; the old link is dead
    COPY_CHANGED = "copy_changed"  # the employee corrected the address of one who only gets the finished document
    SIGNER_REMINDED = "signer_reminded"  # a reminder was asked for, or its day has come
    DEADLINE_CHANGED = "deadline_changed"  # the employee moved the last day for signing
    REMINDERS_CHANGED = "reminders_changed"  # the employee decided anew when signers are reminded, or not at all
    ALL_SIGNED = "all_signed"  # the last signature is there
    APPROVAL_GIVEN = "approval_given"  # the responsible employee approved with his own signature
    APPROVAL_REFUSED = "approval_refused"  # the responsible employee refused, with a reason
    REQUEST_CLOSING = "request_closing"  # called back or overdue; its provider is asked to end it
    REQUEST_VOIDED = "request_voided"  # the sender's side called the request back
    REQUEST_EXPIRED = "request_expired"  # the deadline passed
    DOCUMENT_SEALED = "document_sealed"  # certificate page and seal are on; the final file exists
    REQUEST_COMPLETED = "request_completed"  # the sealed file is stored; the document can change no more
    REQUEST_FAILED = "request_failed"  # a permanent error stopped it; a human must look
    REQUEST_RETRIED = "request_retried"  # a human asked to try a failed request again
    CARD_CHANGED = "card_changed"  # the card no longer says what the document prints of it
    CARD_CONFLICT = "card_conflict"  # what signers entered was not written: the card had been changed as well
    CARD_SETTLED = "card_settled"  # an employee had a signer's entry written into the card after all
    REQUEST_REROUTED = "request_rerouted"  # a human sends it through another signing service than the one that failed


class Topic(StrEnum):
    """Work that an event causes, each carried by one outbox message. EFFECTS says which an audit event causes."""

    HAND_OVER = "hand_over"  # give the request to its provider; the first turn begins
    INVITE = "invite"  # write the letter to one signer
    REMIND = "remind"  # write the reminder to one signer
    RELAY = "relay"  # card, log entry and notification in the portal, one batch
    SEAL = "seal"  # certificate page, seal, store
    FILE_TO_CARD = "file_to_card"  # sealed PDF into the timeline
    PIN = "pin"  # pin it, close the live card, tell the responsible employee
    WRITE_BACK = "write_back"  # the employee's checkboxes, later the signers' entries, into the card's properties
    COPY_TO_SIGNERS = "copy_to_signers"  # the sealed PDF by letter to one signer, or to one who only gets a copy
    TELL_SIGNERS = "tell_signers"  # say to signers who were already invited that it is over
    FETCH_FILE = "fetch_file"  # the signed file from the provider where it was signed
    CANCEL = "cancel"  # ask the provider to end a request
    CORRECT_SIGNER = "correct_signer"  # tell the provider a signer's new name or address
    LOOK = "look"  # ask the provider how a request stands that has been silent
    SIGNING_LINK = "signing_link"  # ask the provider where a signer, who waits at our page, signs now
    PROVIDER_EVENT = "provider_event"  # act on what a provider sent; stored before it was answered
    CHECK_CONNECTION = "check_connection"  # try a provider's account, and have its events sent here
    PORTAL_EVENT = "portal_event"  # act on what a portal sent; stored before it was answered


EFFECTS: Mapping[EventType, tuple[Topic, ...]] = {
    # services/record.py leaves out what the request's state makes pointless (SEAL before approval, ...)
    EventType.REQUEST_SENT: (Topic.HAND_OVER, Topic.RELAY, Topic.WRITE_BACK),
    EventType.SIGNER_INVITED: (Topic.INVITE,),
    EventType.LETTER_SENT: (),
    EventType.SIGNER_VIEWED: (Topic.RELAY,),
    EventType.SIGNER_CONSENTED: (),
    EventType.SIGNER_CORRECTED: (),
    EventType.SIGNER_SIGNED: (Topic.RELAY,),
    EventType.SIGNER_DECLINED: (Topic.RELAY, Topic.TELL_SIGNERS),
    EventType.SIGNER_BOUNCED: (Topic.RELAY,),
    EventType.SIGNER_CHANGED: (Topic.RELAY, Topic.INVITE, Topic.CORRECT_SIGNER),
    EventType.COPY_CHANGED: (Topic.COPY_TO_SIGNERS,),
    EventType.SIGNER_REMINDED: (Topic.REMIND, Topic.RELAY),
    EventType.DEADLINE_CHANGED: (Topic.RELAY,),
    EventType.REMINDERS_CHANGED: (),
    EventType.ALL_SIGNED: (Topic.FETCH_FILE, Topic.SEAL),
    EventType.APPROVAL_GIVEN: (Topic.RELAY, Topic.SEAL),
    EventType.APPROVAL_REFUSED: (Topic.RELAY, Topic.TELL_SIGNERS),
    EventType.REQUEST_CLOSING: (Topic.RELAY, Topic.CANCEL),
    EventType.REQUEST_VOIDED: (Topic.RELAY, Topic.TELL_SIGNERS),
    EventType.REQUEST_EXPIRED: (Topic.RELAY, Topic.TELL_SIGNERS),
    EventType.DOCUMENT_SEALED: (),
    EventType.REQUEST_COMPLETED: (Topic.FILE_TO_CARD, Topic.PIN, Topic.COPY_TO_SIGNERS, Topic.WRITE_BACK),
    EventType.REQUEST_FAILED: (Topic.RELAY,),
    EventType.REQUEST_RETRIED: (Topic.RELAY, Topic.HAND_OVER, Topic.INVITE, Topic.FETCH_FILE, Topic.SEAL),
    EventType.CARD_CHANGED: (Topic.RELAY,),
    EventType.CARD_CONFLICT: (Topic.RELAY,),
    EventType.CARD_SETTLED: (),
    EventType.REQUEST_REROUTED: (Topic.RELAY, Topic.HAND_OVER),
}


@dataclass(frozen=True)
class Actor:
    """Who did it: an employee of the portal, a signer, or the system itself."""

    kind: str  # "employee" | "signer" | "system"
    id: str = ""  # Bitrix24 user id, or our signer id

    @classmethod
    def employee(cls, user_id: int) -> Actor:
        return cls("employee", str(user_id))

    @classmethod
    def signer(cls, signer_id: str) -> Actor:
        return cls("signer", signer_id)


SYSTEM = Actor("system")


@dataclass(frozen=True)
class AuditEvent:
    """One thing that happened. `data` holds plain JSON values and goes into the hash chain as it is."""

    type: EventType
    at: datetime
    actor: Actor
    signer_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
