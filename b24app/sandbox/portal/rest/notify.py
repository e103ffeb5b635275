"""Notifications: im.notify.* (docs: api-reference/chats/notifications/)."""

from __future__ import annotations

import json
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.notifications import Notification
from b24app.sandbox.portal.rest.errors import RestError
from b24app.sandbox.portal.rest.registry import Context, rest

MAX_ATTACH = 60_000
PAGE = 50


def _send(context: Context, system: bool) -> int | bool:
    """A newer notification with the same TAG deletes the older one of this application.

    Unknown recipients give `false`, not an error.
    """
    user_id = php.as_int(context.get("USER_ID", context.get("TO")))
    text = str(context.get("MESSAGE") or "").strip()
    if user_id <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    if not text:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    attach = _attach(context.get("ATTACH"))
    if user_id not in context.portal.employees:
        return False
    note = context.portal.notifications.add(
        user_id=user_id,
        author_id=0 if system else context.user.id,
        text=text,
        tag=str(context.get("TAG") or ""),
        sub_tag=str(context.get("SUB_TAG") or ""),
        attach=attach,
        client_id=context.client_id,
        text_out=str(context.get("MESSAGE_OUT") or ""),
    )
    context.portal.timeline.touch()
    return note.id


def _attach(given: Any) -> Any:
    if given in (None, ""):
        return None
    try:
        value = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise RestError("ATTACH_ERROR", "Incorrect attach params") from error
    if len(json.dumps(value)) > MAX_ATTACH:
        raise RestError("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
    return value


@rest("im.notify.personal.add", scope="im")
def personal(context: Context) -> int | bool:
    return _send(context, system=False)


@rest("im.notify.system.add", scope="im")
def system(context: Context) -> int | bool:
    return _send(context, system=True)


@rest("im.notify", scope="im")
def generic(context: Context) -> int | bool:
    return _send(context, system=str(context.get("TYPE") or "USER").upper() == "SYSTEM")


@rest("im.notify.get", scope="im")
def get(context: Context) -> dict[str, Any]:
    """The token's user's own notifications, newest first; the next page by LAST_ID."""
    last = php.as_int(context.get("LAST_ID"))
    limit = min(php.as_int(context.get("LIMIT"), PAGE), PAGE)
    mine = context.portal.notifications.of(context.user.id)
    page = [note for note in mine if not last or note.id < last][:limit]
    authors = {note.author_id for note in page if note.author_id}
    users = [context.portal.employees[number].as_rest(["user_brief"]) for number in sorted(authors)]
    if not mine:
        return {"notifications": [], "users": []}
    return {
        "total_count": len(mine),
        "total_unread_count": sum(not note.read for note in mine),
        "chat_id": 70 + context.user.id,
        "notifications": [_row(context, note) for note in page],
        "users": users,
    }


def _row(context: Context, note: Notification) -> dict[str, Any]:
    return {
        "id": note.id,
        "chat_id": 70 + context.user.id,
        "author_id": note.author_id,
        "date": note.created,
        "notify_type": 2 if note.author_id else 4,
        "notify_module": "rest",
        "notify_event": "rest_notify",
        "notify_tag": f"MP|{note.client_id}|{note.tag}" if note.tag else "",
        "notify_sub_tag": f"MP|{note.client_id}|{note.sub_tag}" if note.sub_tag else "",
        "notify_title": "",
        "setting_name": "rest|rest_notify",
        "text": note.text,
        "notify_read": "Y" if note.read else "N",
        "params": {"ATTACH": [note.attach]} if note.attach else None,
    }


@rest("im.notify.delete", scope="im")
def delete(context: Context) -> bool:
    number, tag = php.as_int(context.get("ID")), str(context.get("TAG") or "")
    if not number and not tag:
        raise RestError("PARAMS_ERROR", "Incorrect params")
    context.portal.notifications.delete(context.client_id, number=number, tag=tag)
    context.portal.timeline.touch()
    return True


@rest("im.notify.read", scope="im")
def read(context: Context) -> bool:
    context.portal.notifications.read(context.user.id, php.as_int(context.get("ID")))
    context.portal.timeline.touch()
    return True
