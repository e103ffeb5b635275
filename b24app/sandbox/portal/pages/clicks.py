"""Clicks in the timeline that reach the application."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.timeline import MAX_PINNED, Owner, Record

EVENT = "ONCRMTIMELINEITEMACTION"


def rest_event(portal: Portal, activity_id: int, action: dict[str, Any], user_id: int) -> bool:
    """Send onCrmTimelineItemAction to the owning application; block the record when the action is animated.

    `data` is flat; id, entityTypeId, entityId, activityId win over parameters of the same name.
    """
    activity = portal.timeline.activities.get(activity_id)
    if activity is None or activity.waiting:
        return False
    kind, number = activity.owner
    data = {
        **{str(key): value for key, value in php.as_map(action.get("actionParams")).items()},
        "id": str(action.get("id", "")),
        "entityTypeId": str(kind),
        "entityId": str(number),
        "activityId": str(activity.id),
        "userId": str(user_id),
    }
    if action.get("animationType"):
        activity.waiting = str(action.get("id", ""))
        activity.waiting_animation = str(action["animationType"])
        portal.timeline.touch()
    portal.events.fire(EVENT, data, user_id, client_id=activity.client_id)
    return True


def toggle_pin(portal: Portal, record: Record, owner: Owner) -> bool:
    """Pin or unpin from the card; False when three are pinned already."""
    if owner in record.pinned:
        record.pinned.discard(owner)
    elif len(portal.timeline.pinned(owner)) >= MAX_PINNED:
        return False
    else:
        record.pinned.add(owner)
    portal.timeline.touch()
    return True
