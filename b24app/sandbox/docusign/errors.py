"""Errors as the API words them: {"errorCode", "message"}, 400 for most things."""

from __future__ import annotations

from b24app.sandbox.docusign.standings import Standings

STATUSES = {
    "AUTHORIZATION_INVALID_TOKEN": 401,
    "USER_AUTHENTICATION_FAILED": 401,
    "USER_DOES_NOT_BELONG_TO_SPECIFIED_ACCOUNT": 401,
    "ACCOUNT_LACKS_PERMISSIONS": 403,
    "ENVELOPE_DOES_NOT_EXIST": 404,
    "DOCUMENT_DOES_NOT_EXIST": 404,
    "RESOURCE_NOT_FOUND": 404,
    "HOURLY_APIINVOCATION_LIMIT_EXCEEDED": 429,
    "BURST_APIINVOCATION_LIMIT_EXCEEDED": 429,
    "Hourly_Envelope_Polling_Limit_Exceeded": 429,
    "Hourly_APIInvocation_Envelope_Limit_Exceeded": 429,
    "UNSPECIFIED_ERROR": 500,
}
MESSAGES = {
    "AUTHORIZATION_INVALID_TOKEN": "The access token provided is expired, revoked or malformed.",
    "USER_AUTHENTICATION_FAILED": "One or both of Username and Password are invalid. Invalid access token",
    "USER_DOES_NOT_BELONG_TO_SPECIFIED_ACCOUNT": "The specified User is not a member of the specified Account.",
    "ACCOUNT_LACKS_PERMISSIONS": "This Account lacks sufficient permissions.",
    "ENVELOPE_DOES_NOT_EXIST": "The envelope ID provided does not exist or is not accessible.",
    "DOCUMENT_DOES_NOT_EXIST": "The document specified was not found.",
    "RESOURCE_NOT_FOUND": "The URL provided does not resolve to a resource.",
    "HOURLY_APIINVOCATION_LIMIT_EXCEEDED": "The maximum number of hourly API invocations has been exceeded.",
    "BURST_APIINVOCATION_LIMIT_EXCEEDED": "The maximum number of burst API invocations has been exceeded.",
    "Hourly_Envelope_Polling_Limit_Exceeded": "The hourly limit of requests for this envelope has been exceeded.",
    "Hourly_APIInvocation_Envelope_Limit_Exceeded": "The hourly limit of updates of this envelope has been exceeded.",
    "ENVELOPE_ALLOWANCE_EXCEEDED": "The envelope allowance for the account has been exceeded.",
    "ENVELOPE_IS_INCOMPLETE": "The Envelope is not Complete. A Complete Envelope Requires Documents, Recipients, Tabs, "
    "and a Subject Line.",
    "ENVELOPE_CANNOT_VOID_INVALID_STATE": "Only envelopes in the 'Sent' or 'Delivered' states may be voided.",
    "ENVELOPE_INVALID_STATUS": "The envelope is in a status that does not allow this.",
    "RECIPIENT_NOT_IN_SEQUENCE": "The token for an out of sequence recipient cannot be generated.",
    "UNKNOWN_ENVELOPE_RECIPIENT": "The recipient you have identified is not a valid recipient of the specified "
    "envelope.",
    "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT": "The email address for the recipient is invalid.",
    "UNABLE_TO_CONVERT_DOCUMENT": "System was unable to convert this document to a PDF.",
    "UNSPECIFIED_ERROR": "An unexpected error occurred.",
}


class ApiError(Exception):
    """Refuses a call; `more` is put behind the usual message."""

    standings: Standings | None = None

    def __init__(self, code: str, more: str = "") -> None:
        self.code = code
        self.status = STATUSES.get(code, 400)
        self.message = " ".join(part for part in (MESSAGES.get(code, ""), more) if part)
        super().__init__(f"{code}: {self.message}")

    def body(self) -> dict[str, str]:
        return {"errorCode": self.code, "message": self.message}


def wrong(more: str) -> ApiError:
    """A parameter that is not what it should be."""
    return ApiError("INVALID_REQUEST_PARAMETER", f"The request contained at least one invalid parameter. {more}")
