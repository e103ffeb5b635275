"""crm.activity.configurable.* (docs: api-reference/crm/timeline/activities/configurable/)."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import moments, php
from b24app.sandbox.portal.rest.errors import RestError, access_denied, missing, not_found
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.layout import check_layout
from b24app.sandbox.portal.rest.owners import key_of, owner_of
from b24app.sandbox.portal.rest.registry import Context, rest
from b24app.sandbox.portal.rest.timeline_misc import icon_codes, logo_codes
from b24app.sandbox.portal.timeline import Activity

PROVIDER = "CONFIGURABLE_REST_APP"
_CONTEXT_ERROR = ("ERROR_WRONG_CONTEXT", 400)
_FIELDS = {
    "typeId", "completed", "deadline", "pingOffsets", "isIncomingChannel", "responsibleId", "badgeCode",
    "originatorId", "originId",
}  # fmt: skip


@rest("crm.activity.configurable.add", scope="crm", app_only=True, app_error=_CONTEXT_ERROR)
def add(context: Context) -> dict[str, Any]:
    """Gives {"activity": {"id": n}}."""
    item = owner_of(context, context.required_int("ownerTypeId"), context.required_int("ownerId"))
    given, layout = _given(context)
    fields = _defaults(context) | _checked(context, given)
    _check_deadline(fields)
    activity = context.portal.timeline.add_activity(
        PROVIDER, key_of(item), context.user.id, context.client_id, fields=fields, layout=layout
    )
    _fire(context, activity, "ADD")
    return {"activity": {"id": activity.id}}


@rest("crm.activity.configurable.update", scope="crm", app_only=True, app_error=_CONTEXT_ERROR)
def update(context: Context) -> dict[str, Any]:
    """Only by the application that added it; releases a record blocked by a restEvent."""
    activity = _activity(context, "edit")
    if activity.client_id != context.client_id:
        raise RestError("ERROR_WRONG_APPLICATION", "Activity can be updated only by the application that created it")
    given, layout = _given(context)
    fields = activity.fields | _checked(context, given)
    _check_deadline(fields)
    activity.fields, activity.layout = fields, layout
    activity.updated = moments.now_iso()
    activity.waiting = activity.waiting_animation = None
    context.portal.timeline.touch()
    _fire(context, activity, "UPDATE")
    return {"activity": {"id": activity.id}}


@rest("crm.activity.configurable.get", scope="crm", app_only=True, app_error=_CONTEXT_ERROR)
def get(context: Context) -> dict[str, Any]:
    activity = _activity(context, "read")
    kind, number = activity.owner
    described = {"id": activity.id, "ownerTypeId": kind, "ownerId": number}
    return {"activity": {**described, "fields": activity.fields, "layout": activity.layout}}


def _given(context: Context) -> tuple[dict[str, Any], dict[str, Any]]:
    """`fields` and `layout`, both required; the layout is checked to the last key."""
    if "fields" not in context.params:
        raise missing("fields")
    if "layout" not in context.params:
        raise missing("layout")
    layout = context.params["layout"]
    check_layout(layout, icon_codes(context), logo_codes(context))
    return php.as_map(context.params["fields"]), layout


def _defaults(context: Context) -> dict[str, Any]:
    return {
        "typeId": "CONFIGURABLE",
        "completed": False,
        "deadline": None,
        "pingOffsets": [],
        "isIncomingChannel": False,
        "responsibleId": context.user.id,
        "badgeCode": "",
        "originatorId": None,
        "originId": None,
    }


def _checked(context: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Bring the fields into stored form; unknown fields are dropped, impossible values refused."""
    fields: dict[str, Any] = {}
    for key, value in given.items():
        if key in _FIELDS:
            fields[key] = _field(context, key, value)
    return fields


def _field(context: Context, key: str, value: Any) -> Any:
    wrong = RestError("WRONG_FIELD_VALUE", f"Wrong value of field {key}")
    if key in {"completed", "isIncomingChannel"}:
        if str(value).lower() not in {"y", "n", "1", "0", "true", "false", ""}:
            raise wrong
        return php.truthy(value)
    if key == "deadline" and value:
        if moments.parse(value) is None:
            raise wrong
        return str(value)
    if key == "responsibleId":
        if php.as_int(value) not in context.portal.employees:
            raise wrong
        return php.as_int(value)
    if key == "badgeCode" and value and str(value) not in context.portal.timeline.badges:
        raise wrong
    if key == "typeId" and value != "CONFIGURABLE":
        raise wrong
    if key == "pingOffsets":
        return [php.as_int(one) for one in php.as_list(value)]
    return value


def _check_deadline(fields: dict[str, Any]) -> None:
    if fields["isIncomingChannel"] and fields["deadline"]:
        raise RestError("INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE", "Incoming activity can not be with deadline")


def _activity(context: Context, right: str) -> Activity:
    activity = context.portal.timeline.activities.get(context.required_int("id"))
    if activity is None or activity.provider != PROVIDER:
        raise not_found("Not found.")
    item = context.portal.crm.get(*activity.owner)
    if item is None or not is_readable(context, item, right):
        raise access_denied("Access denied")
    return activity


def _fire(context: Context, activity: Activity, verb: str) -> None:
    data = {"FIELDS": {"ID": str(activity.id)}}
    context.portal.events.fire(f"ONCRMACTIVITY{verb}", data, context.user.id)
