"""event.bind and its siblings (docs: api-reference/events/)."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.event_names import EVENTS
from b24app.sandbox.portal.events import Binding
from b24app.sandbox.portal.rest.errors import RestError, access_denied, argument_missing
from b24app.sandbox.portal.rest.registry import Context, rest


@rest("events")
def events(context: Context) -> list[str]:
    return sorted(EVENTS)


@rest("event.bind", app_only=True)
def bind(context: Context) -> bool:
    """A non-admin binds for himself only; offline events need an administrator."""
    name = str(context.get("event") or "").upper()
    handler = str(context.get("handler") or "")
    if not name:
        raise argument_missing("EVENT")
    if name not in EVENTS:
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    offline = context.get("event_type") == "offline"
    if not handler and not offline:
        raise argument_missing("HANDLER")
    if handler and not handler.startswith(("http://", "https://")):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    auth_type = php.as_int(context.get("auth_type"))
    _check_rights(context, offline, auth_type)
    if not context.user.admin:
        auth_type = context.user.id
    binding = Binding(context.client_id, name, handler, auth_type, offline)
    bus = context.portal.events
    if any(known.same_as(binding) for known in bus.bindings):
        raise RestError("ERROR_CORE", "Unable to set event handler: Handler already binded")
    bus.bind(binding)
    return True


def _check_rights(context: Context, offline: bool, auth_type: int, verb: str = "binding") -> None:
    if context.user.admin:
        return
    if offline:
        raise access_denied(f"Access denied! Offline events {verb} requires administrator access rights", 403)
    if auth_type not in (0, context.user.id):
        raise access_denied(f"Access denied! Event {verb} with AUTH_TYPE requires administrator access rights", 403)


@rest("event.unbind", app_only=True)
def unbind(context: Context) -> dict[str, int]:
    """Without auth_type all handlers of the event at that URL go."""
    name = str(context.get("event") or "").upper()
    handler = str(context.get("handler") or "")
    auth = context.get("auth_type")
    _check_rights(context, context.get("event_type") == "offline", php.as_int(auth), "unbinding")
    doomed = [
        known
        for known in _own(context)
        if known.event == name and known.handler == handler and (auth is None or known.auth_type == php.as_int(auth))
    ]
    for known in doomed:
        context.portal.events.bindings.remove(known)
    return {"count": len(doomed)}


def _own(context: Context) -> list[Binding]:
    """An ordinary employee sees and removes only handlers bound for himself."""
    mine = [known for known in context.portal.events.bindings if known.client_id == context.client_id]
    return mine if context.user.admin else [known for known in mine if known.auth_type == context.user.id]


@rest("event.get", app_only=True)
def get(context: Context) -> list[dict[str, Any]]:
    return [
        {
            "event": known.event,
            "handler": known.handler,
            "auth_type": str(known.auth_type),
            "offline": int(known.offline),
        }
        for known in _own(context)
    ]


@rest("event.test", app_only=True)
def test(context: Context) -> bool:
    """Fires ONAPPTEST with what was passed (docs: api-reference/events/event-test.md)."""
    context.portal.events.fire("ONAPPTEST", {"QUERY": context.params}, context.user.id, client_id=context.client_id)
    return True
