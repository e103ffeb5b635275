"""Dropbox Sign's words and ours. A word that stands in no table is unknown, never an error."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.providers.snapshot import EventKind, SignerThere

AWAITING = "awaiting_signature"
SIGNED = "signed"

TICKED = ("checkbox", "radio", "checkbox-merge")
SIGNED_BY_HAND = ("signature", "initials")
"""`type` of a place among `response_data`."""

SIGNERS: Mapping[str, SignerThere] = {
    AWAITING: SignerThere.PENDING,
    SIGNED: SignerThere.SIGNED,
    "declined": SignerThere.DECLINED,
    "expired": SignerThere.EXPIRED,
    "on_hold": SignerThere.ON_HOLD,  # the sender's own address is not confirmed yet
    "on_hold_by_requester": SignerThere.ON_HOLD,
    "error_invalid_email": SignerThere.BOUNCED,
    "error_unknown": SignerThere.FAILED,
    "error_file": SignerThere.FAILED,
    "error_component_position": SignerThere.FAILED,
    "error_text_tag": SignerThere.FAILED,
}
"""`status_code` of a signature."""

EVENTS: Mapping[str, EventKind] = {
    "signature_request_sent": EventKind.REQUEST_SENT,
    "signature_request_invalid": EventKind.REQUEST_FAILED,
    "file_error": EventKind.REQUEST_FAILED,
    "signature_request_all_signed": EventKind.REQUEST_COMPLETED,
    "signature_request_declined": EventKind.REQUEST_DECLINED,
    "signature_request_expired": EventKind.REQUEST_EXPIRED,
    "signature_request_canceled": EventKind.REQUEST_CANCELLED,
    "signature_request_downloadable": EventKind.FILES_READY,
    "signature_request_viewed": EventKind.SIGNER_VIEWED,
    "signature_request_signed": EventKind.SIGNER_SIGNED,
    "signature_request_email_bounce": EventKind.SIGNER_BOUNCED,
    "signature_request_reassigned": EventKind.SIGNER_REASSIGNED,
    "signature_request_remind": EventKind.SIGNER_REMINDED,
    "callback_test": EventKind.CONNECTION_TEST,
}
"""`event_type` of a callback."""
