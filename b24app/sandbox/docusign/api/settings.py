"""/envelopes/{id}: notification, custom_fields, audit_events"""

from __future__ import annotations

from typing import Any

from b24app.sandbox.docusign import intake, scalars, views
from b24app.sandbox.docusign.door import Call, Route
from b24app.sandbox.docusign.errors import ApiError


def show_notification(call: Call) -> dict[str, Any]:
    return call.envelope.notification


def change_notification(call: Call) -> dict[str, Any]:
    """Reminders and expiry of an envelope that is not finished."""
    scalars.check(call.given)
    envelope = call.envelope
    if envelope.status not in ("created", "sent", "delivered"):
        raise ApiError("ENVELOPE_INVALID_STATUS")
    with call.service.lock:
        envelope.notification = intake.notification(call.given)
        if (moment := views.expires_at(envelope)) is not None:
            call.service.work.at(moment, lambda: call.service.lifecycle.expire(envelope), patient=True)
    return envelope.notification


def custom_fields(call: Call) -> dict[str, Any]:
    return views.custom_fields_json(call.envelope)


def audit_events(call: Call) -> dict[str, Any]:
    return views.audit_json(call.envelope)


ROUTES = [
    Route("get_notification_settings", "GET", "/envelopes/<envelope_id>/notification", show_notification),
    Route("update_notification_settings", "PUT", "/envelopes/<envelope_id>/notification", change_notification),
    Route("list_custom_fields", "GET", "/envelopes/<envelope_id>/custom_fields", custom_fields),
    Route("list_audit_events", "GET", "/envelopes/<envelope_id>/audit_events", audit_events),
]
