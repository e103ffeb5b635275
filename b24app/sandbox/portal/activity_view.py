"""An activity as plain data for tests."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.portal.timeline import Activity


def activity_json(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "provider": activity.provider,
        "owner": list(activity.owner),
        "author_id": activity.author_id,
        "client_id": activity.client_id,
        "fields": activity.fields,
        "layout": activity.layout,
        "waiting": activity.waiting,
        "created": activity.created,
        "updated": activity.updated,
    }
