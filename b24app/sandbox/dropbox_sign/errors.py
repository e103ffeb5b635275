"""Errors as the API words them: {"error": {"error_name", "error_msg", "error_path"?}}."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.esign.limits import Standing

STATUSES = {
    "bad_request": 400,
    "invalid_recipient": 400,
    "invalid_reminder": 400,
    "unauthorized": 401,
    "payment_required": 402,
    "forbidden": 403,
    "signature_request_cancel_failed": 403,
    "signature_request_remove_failed": 403,
    "not_found": 404,
    "method_not_supported": 405,
    "conflict": 409,
    "deleted": 410,
    "unprocessable_entity": 422,
    "exceeded_rate": 429,
    "unknown": 500,
    "maintenance": 503,
}
MESSAGES = {
    "unauthorized": "Unauthorized user. No credentials supplied.",
    "payment_required": "You must upgrade to make additional requests.",
    "forbidden": "A paid API plan is required to access this endpoint.",
    "not_found": "Not found.",
    "conflict": "An identical request is already being processed.",
    "deleted": "This resource has been deleted.",
    "unprocessable_entity": "This entity is unprocessable.",
    "exceeded_rate": "Too many requests.",
    "method_not_supported": "Method not supported.",
    "maintenance": "The service is down for maintenance.",
    "unknown": "An unknown error has occurred.",
}


class ApiError(Exception):
    """Refuses a call. `path` names the parameter at fault."""

    standing: Standing | None = None

    def __init__(self, name: str, message: str = "", path: str = "") -> None:
        self.name = name
        self.status = STATUSES.get(name, 400)
        self.message = message or MESSAGES.get(name, "Bad request.")
        self.path = path
        super().__init__(f"{name}: {self.message}")

    def body(self) -> dict[str, Any]:
        error = {"error_msg": self.message, "error_name": self.name}
        if self.path:
            error["error_path"] = self.path
        return {"error": error}


def bad(message: str, path: str = "") -> ApiError:
    return ApiError("bad_request", message, path)
