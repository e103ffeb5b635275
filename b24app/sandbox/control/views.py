"""What can be read: GET /control/{portal}/{name}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from b24app.sandbox.portal.activity_view import activity_json
from b24app.sandbox.portal.fields import LEAD
from b24app.sandbox.portal.portal import Portal

View = Callable[[Portal, dict[str, str]], Any]


def calls(portal: Portal, given: dict[str, str]) -> Any:
    """Every HTTP request to REST; ?method= narrows (inner batch methods count)."""
    entries = portal.calls.of(given["method"]) if "method" in given else list(portal.calls)
    return [asdict(entry) for entry in entries]


def timeline(portal: Portal, given: dict[str, str]) -> Any:
    """A lead's records, newest first (?id=77)."""
    owner = (int(given.get("type", LEAD)), int(given.get("id", 77)))
    with portal.lock:
        return [_record(portal, record, owner) for record in portal.timeline.of(owner)]


def _record(portal: Portal, record: Any, owner: tuple[int, int]) -> dict[str, Any]:
    shown = {
        "id": record.id,
        "kind": record.kind,
        "author_id": record.author_id,
        "created": record.created,
        "pinned": owner in record.pinned,
        "data": record.data,
    }
    if record.kind == "activity":
        shown["activity"] = activity_json(portal.timeline.activities[record.data["activity_id"]])
    if record.kind == "comment":
        items = [portal.files.disk[number] for number in record.data["files"]]
        shown["files"] = [{"disk_id": item.id, "name": item.name} for item in items]
    return shown


def activities(portal: Portal, given: dict[str, str]) -> Any:
    with portal.lock:
        return [activity_json(one) for one in portal.timeline.activities.values()]


def notifications(portal: Portal, given: dict[str, str]) -> Any:
    """?user=6 narrows; oldest first."""
    user = int(given.get("user", 0))
    return [asdict(note) for note in portal.notifications.all if user in (0, note.user_id)]


def placements(portal: Portal, given: dict[str, str]) -> Any:
    return [{**one.as_rest(), "clientId": one.client_id} for one in portal.placements]


def bindings(portal: Portal, given: dict[str, str]) -> Any:
    return [asdict(one) for one in portal.events.bindings]


def deliveries(portal: Portal, given: dict[str, str]) -> Any:
    """Event and robot POSTs that were tried, with the status that came back (0 = nobody answered)."""
    return [asdict(one) for one in portal.events.deliveries]


def robots(portal: Portal, given: dict[str, str]) -> Any:
    with portal.lock:
        runs = [
            {
                "code": run.robot.code,
                "waiting": run.waiting,
                "returned": run.returned,
                "log": run.log,
                "owner": run.owner,
            }
            for run in portal.automation.runs.values()
        ]
        return {
            "robots": [one.code for one in portal.automation.robots],
            "runs": runs,
            "triggers": portal.automation.executed,
        }


def items(portal: Portal, given: dict[str, str]) -> Any:
    """CRM items of a type (?type=1), in stored form; ?id= gives one."""
    with portal.lock:
        rows = [asdict(item) for item in portal.crm.of_type(int(given.get("type", LEAD)))]
    return [row for row in rows if given.get("id") in (None, str(row["id"]))]


def app(portal: Portal, given: dict[str, str]) -> Any:
    return {**asdict(portal.app), "allowed_users": sorted(portal.app.allowed_users or []) or None}


VIEWS: dict[str, View] = {
    "calls": calls,
    "timeline": timeline,
    "activities": activities,
    "notifications": notifications,
    "placements": placements,
    "bindings": bindings,
    "deliveries": deliveries,
    "robots": robots,
    "items": items,
    "app": app,
}
