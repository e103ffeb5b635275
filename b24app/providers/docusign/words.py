"""DocuSign's words and what they mean to us. A word that is not here is UNKNOWN or OTHER."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.errors import Trouble
from b24app.providers.snapshot import EventKind, SignerThere, There

NAME = "docusign"
TITLE = "DocuSign"

REF_FIELD = "paraph_ref"
"""The envelope's custom field that carries our reference; a transactionId is forgotten after seven days."""

ENVELOPES: Mapping[str, There] = {
    "created": There.DRAFT,
    "processing": There.SENDING,
    "sent": There.IN_PROGRESS,
    "delivered": There.IN_PROGRESS,  # everybody has opened it
    "correct": There.IN_PROGRESS,  # the sender is correcting it there
    "signed": There.IN_PROGRESS,  # all have signed, its files are being closed
    "completed": There.COMPLETED,
    "declined": There.DECLINED,
    "voided": There.CANCELLED,  # or EXPIRED: reading.py
    "timedout": There.EXPIRED,
    "deleted": There.CANCELLED,
}
RECIPIENTS: Mapping[str, SignerThere] = {
    "created": SignerThere.WAITING_TURN,
    "sent": SignerThere.PENDING,
    "delivered": SignerThere.VIEWED,
    "signed": SignerThere.SIGNED,
    "completed": SignerThere.SIGNED,
    "declined": SignerThere.DECLINED,
    "autoresponded": SignerThere.BOUNCED,
    "faxpending": SignerThere.ON_HOLD,
}
EVENTS: Mapping[str, EventKind] = {
    "envelope-sent": EventKind.REQUEST_SENT,
    "envelope-completed": EventKind.REQUEST_COMPLETED,
    "envelope-declined": EventKind.REQUEST_DECLINED,
    "envelope-voided": EventKind.REQUEST_CANCELLED,  # or expired: the look tells
    "envelope-deleted": EventKind.REQUEST_CANCELLED,
    "envelope-corrected": EventKind.REQUEST_CORRECTED,
    "envelope-resent": EventKind.SIGNER_REMINDED,
    "recipient-sent": EventKind.SIGNER_NOTIFIED,
    "recipient-resent": EventKind.SIGNER_REMINDED,
    "recipient-delivered": EventKind.SIGNER_VIEWED,
    "recipient-completed": EventKind.SIGNER_SIGNED,
    "recipient-declined": EventKind.SIGNER_DECLINED,
    "recipient-autoresponded": EventKind.SIGNER_BOUNCED,
    "recipient-reassign": EventKind.SIGNER_REASSIGNED,
    "recipient-delegate": EventKind.SIGNER_REASSIGNED,
}
WANTED_EVENTS = (
    "envelope-completed",
    "envelope-declined",
    "envelope-voided",
    "envelope-deleted",
    "envelope-corrected",
    "recipient-delivered",
    "recipient-completed",
    "recipient-autoresponded",
    "recipient-reassign",
)
"""Those that each envelope asks for. Every event costs a look, and the others tell nothing that these do not."""

TROUBLES: Mapping[str, Trouble] = {
    "ACCOUNT_LACKS_PERMISSIONS": Trouble.FORBIDDEN,
    "USER_LACKS_PERMISSIONS": Trouble.FORBIDDEN,
    "USER_LACKS_MEMBERSHIP": Trouble.FORBIDDEN,
    "ENVELOPE_ALLOWANCE_EXCEEDED": Trouble.PLAN_LIMIT,
    "BILLING_PLAN_LACKS_FEATURE": Trouble.PLAN_LIMIT,
    "ENVELOPE_DOES_NOT_EXIST": Trouble.NOT_FOUND,
    "UNKNOWN_ENVELOPE_RECIPIENT": Trouble.NOT_FOUND,
    "INVALID_RECIPIENT_ID": Trouble.NOT_FOUND,
    "ENVELOPE_CANNOT_VOID_INVALID_STATE": Trouble.CONFLICT,
    "ENVELOPE_INVALID_STATUS": Trouble.CONFLICT,
    "RECIPIENT_NOT_IN_SEQUENCE": Trouble.CONFLICT,
    "RECIPIENT_UPDATE_FAILED": Trouble.CONFLICT,
    "EDIT_LOCK_ENVELOPE_LOCKED": Trouble.CONFLICT,
    "HOURLY_APIINVOCATION_LIMIT_EXCEEDED": Trouble.RATE_LIMITED,
    "BURST_APIINVOCATION_LIMIT_EXCEEDED": Trouble.RATE_LIMITED,
    "HOURLY_ENVELOPE_POLLING_LIMIT_EXCEEDED": Trouble.RATE_LIMITED,
    "HOURLY_APIINVOCATION_ENVELOPE_LIMIT_EXCEEDED": Trouble.RATE_LIMITED,
}
"""`errorCode` in upper case -> what it means. Codes that are not here mean what the HTTP status says."""

STATUSES: Mapping[int, Trouble] = {
    400: Trouble.INVALID,
    401: Trouble.AUTH_FAILED,
    402: Trouble.PLAN_LIMIT,
    403: Trouble.FORBIDDEN,
    404: Trouble.NOT_FOUND,
    409: Trouble.CONFLICT,
    410: Trouble.GONE,
    413: Trouble.INVALID,
    429: Trouble.RATE_LIMITED,
}
GRANT_TROUBLES: Mapping[str, Trouble] = {
    "consent_required": Trouble.CONSENT_NEEDED,
    "temporarily_unavailable": Trouble.UNAVAILABLE,
    "server_error": Trouble.UNAVAILABLE,
}
"""`error` of the account server -> what it means; any other refusal of a grant asks for connecting again."""

LANGUAGES: Mapping[str, str] = {"uk": "uk", "ru": "ru", "de": "de", "fr": "fr", "pl": "pl", "es": "es", "it": "it"}
"""The signer's language -> `supportedLanguage`; without one he gets DocuSign's words in the account's language."""
