"""crm.activity.list/get/delete and crm.activity.todo.add (docs: api-reference/crm/timeline/activities/)."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import moments, php
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError, classic, missing
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.owners import key_of, owner_of
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest
from b24app.sandbox.portal.timeline import Activity

TODO = "CRM_TODO"
NO_DEADLINE = "9999-12-31T00:00:00+03:00"


def _row(activity: Activity) -> dict[str, Any]:
    """docs: api-reference/crm/timeline/activities/activity-base/crm-activity-list.md"""
    kind, number = activity.owner
    fields = activity.fields
    return {
        "ID": str(activity.id),
        "OWNER_ID": str(number),
        "OWNER_TYPE_ID": str(kind),
        "TYPE_ID": "6",
        "PROVIDER_ID": activity.provider,
        "PROVIDER_TYPE_ID": fields.get("typeId") or "TODO",
        "PROVIDER_GROUP_ID": None,
        "ASSOCIATED_ENTITY_ID": "0",
        "SUBJECT": subject(activity),
        "CREATED": activity.created,
        "LAST_UPDATED": activity.updated,
        "START_TIME": activity.created,
        "END_TIME": fields.get("deadline") or NO_DEADLINE,
        "DEADLINE": fields.get("deadline") or NO_DEADLINE,
        "COMPLETED": "Y" if activity.completed else "N",
        "STATUS": "2" if activity.completed else "1",
        "RESPONSIBLE_ID": str(fields.get("responsibleId", activity.author_id)),
        "PRIORITY": "2",
        "DESCRIPTION": str(fields.get("description", "")),
        "SETTINGS": {},
        "ORIGINATOR_ID": fields.get("originatorId"),
        "ORIGIN_ID": fields.get("originId"),
        "AUTHOR_ID": str(activity.author_id),
        "EDITOR_ID": str(activity.author_id),
        "PROVIDER_PARAMS": {},
    }


def subject(activity: Activity) -> str:
    title = activity.layout.get("header", {}).get("title", activity.fields.get("title", ""))
    return str(title.get("en") or next(iter(title.values()), "")) if isinstance(title, dict) else str(title)


def _is_visible(context: Context, activity: Activity) -> bool:
    item = context.portal.crm.get(*activity.owner)
    return item is not None and is_readable(context, item)


@rest("crm.activity.list", scope="crm")
def list_(context: Context) -> Page:
    activities = [one for one in context.portal.timeline.activities.values() if _is_visible(context, one)]
    rows = filters.select_rows([_row(one) for one in activities], context.get("filter"), context.get("order"))
    page = page_of(rows, context.get("start"))
    return Page([filters.pick(row, context.get("select")) for row in page.result], page.total, page.next)


def _activity(context: Context) -> Activity:
    activity = context.portal.timeline.activities.get(php.as_int(context.get("id")))
    if activity is None:
        raise classic("Activity is not found.")
    if not _is_visible(context, activity):
        raise classic("Access denied.")
    return activity


@rest("crm.activity.get", scope="crm")
def get(context: Context) -> dict[str, Any]:
    return _row(_activity(context))


@rest("crm.activity.delete", scope="crm")
def delete(context: Context) -> bool:
    activity = _activity(context)
    context.portal.timeline.delete_activity(activity.id)
    context.portal.events.fire("ONCRMACTIVITYDELETE", {"FIELDS": {"ID": str(activity.id)}}, context.user.id)
    return True


@rest("crm.activity.todo.add", scope="crm")
def add_todo(context: Context) -> dict[str, int]:
    """docs: api-reference/crm/timeline/activities/todo/crm-activity-todo-add.md"""
    item = owner_of(context, context.required_int("ownerTypeId"), context.required_int("ownerId"))
    deadline = context.exact("deadline")
    if not deadline:
        raise missing("deadline")
    if moments.parse(deadline) is None:
        raise RestError("WRONG_DATETIME_FORMAT", "Wrong datetime format")
    fields = {
        "deadline": str(deadline),
        "title": str(context.exact("title") or "To do"),
        "description": str(context.exact("description") or ""),
        "responsibleId": php.as_int(context.exact("responsibleId"), context.user.id),
        "completed": False,
    }
    activity = context.portal.timeline.add_activity(
        TODO, key_of(item), context.user.id, context.client_id, fields=fields
    )
    return {"id": activity.id}
