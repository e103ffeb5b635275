"""A timeline as data for the card's script."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.timeline import Activity, Owner, Record

CONFIGURABLE = "CONFIGURABLE_REST_APP"


def timeline_state(portal: Portal, owner: Owner, language: str) -> dict[str, Any]:
    """Pinned records, open activities (planned) and the rest (history), newest first."""
    views = [_view(portal, record, owner, language) for record in portal.timeline.of(owner)]
    pinned = [view for view in views if view["pinned"]]
    others = [view for view in views if not view["pinned"]]
    return {
        "pinned": pinned,
        "planned": [view for view in others if view.get("open")],
        "history": [view for view in others if not view.get("open")],
    }


def _view(portal: Portal, record: Record, owner: Owner, language: str) -> dict[str, Any]:
    author = portal.employees.get(record.author_id)
    view: dict[str, Any] = {
        "id": record.id,
        "kind": record.kind,
        "created": record.created,
        "pinned": owner in record.pinned,
        "author": {"name": author.full_name, "initials": author.initials, "color": author.color} if author else None,
    }
    if record.kind == "activity":
        activity = portal.timeline.activities[record.data["activity_id"]]
        return view | _activity(portal, activity, language)
    if record.kind == "document":
        return view | _document(portal, record)
    if record.kind == "comment":
        return view | {
            "text": record.data["text"],
            "files": [_file(portal, disk_id) for disk_id in record.data["files"]],
        }
    return view | {"title": record.data.get("title", ""), "text": record.data.get("text", "")} | _icon(record)


def _icon(record: Record) -> dict[str, str]:
    return {"icon": record.data.get("iconCode", "info")}


def _activity(portal: Portal, activity: Activity, language: str) -> dict[str, Any]:
    badge = portal.timeline.badges.get(str(activity.fields.get("badgeCode") or ""))
    return {
        "activityId": activity.id,
        "clientId": activity.client_id,
        "provider": activity.provider,
        "open": not activity.completed,
        "deadline": activity.fields.get("deadline"),
        "title": translate(activity.fields.get("title", ""), language),
        "text": activity.fields.get("description", ""),
        "layout": translated(activity.layout, language) if activity.layout else None,
        "badge": translated(badge, language) if badge and not activity.completed else None,
        "waiting": activity.waiting,
        "waitingAnimation": activity.waiting_animation,
    }


def _document(portal: Portal, record: Record) -> dict[str, Any]:
    document = portal.generator.documents[record.data["document_id"]]
    action = "crm.documentgenerator.document.getPdf"
    url = f"/bitrix/services/main/ajax.php?action={action}&SITE_ID=s1&id={document.id}"
    stored = portal.files.get(document.pdf_id) if document.pdf_id else None
    files = [{"name": stored.name, "size": stored.size, "url": url}] if stored else []
    return {"title": "Document created", "text": document.title, "files": files, "icon": "document"}


def _file(portal: Portal, disk_id: int) -> dict[str, Any]:
    stored = portal.files.get(portal.files.disk[disk_id].file_id)
    assert stored is not None
    return {"name": stored.name, "size": stored.size, "url": f"/disk/downloadFile/{disk_id}/?&ncc=1"}


_TEXT_KEYS = {"title", "text", "value"}


def translated(value: Any, language: str) -> Any:
    """A layout with its {language: text} maps resolved to one text."""
    if isinstance(value, list):
        return [translated(item, language) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: translate(item, language) if key in _TEXT_KEYS else translated(item, language)
        for key, item in value.items()
    }


def translate(value: Any, language: str) -> Any:
    """The text for a language, else English, else the first."""
    if not isinstance(value, dict):
        return value
    return value.get(language) or value.get("en") or next(iter(value.values()), "")
