"""Log entries, icons, logos, pins, badges (docs: api-reference/crm/timeline/)."""

from __future__ import annotations

import re
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal import files
from b24app.sandbox.portal.rest.errors import RestError, access_denied, missing, not_found
from b24app.sandbox.portal.rest.owners import key_of, owner_of
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest
from b24app.sandbox.portal.timeline import MAX_PINNED, Record

LOG_PAGE = 10
BADGE_TYPES = {"success", "failure", "warning", "primary", "secondary"}
# Only codes the documentation itself shows; a real portal has more, and says which in *.list.
SYSTEM_ICONS = ("arrow-down", "call", "call-completed", "document", "info")
SYSTEM_LOGOS = ("arrow-down", "call", "call-incoming", "document", "info", "notification")


def icon_codes(context: Context) -> tuple[str, ...]:
    return (*SYSTEM_ICONS, *context.portal.own_icons)


def logo_codes(context: Context) -> tuple[str, ...]:
    return (*SYSTEM_LOGOS, *context.portal.own_logos)


@rest("crm.timeline.logmessage.add", scope="crm")
def add_log(context: Context) -> dict[str, Any]:
    """docs: api-reference/crm/timeline/logmessage/crm-timeline-logmessage-add.md"""
    fields = php.as_map(context.required("fields"))
    for name in ("entityTypeId", "entityId", "title", "text", "iconCode"):
        if fields.get(name) in (None, ""):
            raise missing(name)
    item = owner_of(context, php.as_int(fields["entityTypeId"]), fields["entityId"])
    if str(fields["iconCode"]) not in icon_codes(context):
        raise RestError("0", f"Icon not found for code {fields['iconCode']}")
    texts = {name: str(fields[name]) for name in ("title", "text", "iconCode")}
    record = context.portal.timeline.add("log", key_of(item), context.user.id, client_id=context.client_id, **texts)
    return {"logMessage": _log_row(record)}


def _log_row(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "created": record.created,
        "authorId": record.author_id,
        **{name: record.data[name] for name in ("title", "text", "iconCode")},
    }


@rest("crm.timeline.logmessage.get", scope="crm")
def get_log(context: Context) -> dict[str, Any]:
    number = context.required_int("id")
    record = context.portal.timeline.records.get(number)
    if record is None or record.kind != "log":
        raise not_found(f"Timeline logmessage not found for id {number}")
    owner_of(context, *record.owners[0], "read")
    return {"logMessage": _log_row(record)}


@rest("crm.timeline.logmessage.list", scope="crm")
def list_logs(context: Context) -> Page:
    """Pages of ten, newest first."""
    item = owner_of(context, context.required_int("entityTypeId"), context.required_int("entityId"), "read")
    rows = [_log_row(record) for record in context.portal.timeline.of(key_of(item), "log")]
    direction = php.as_map(context.exact("order"))
    if any(str(value).lower() == "asc" for value in direction.values()):
        rows.reverse()
    return page_of(rows, context.exact("start"), LOG_PAGE)


@rest("crm.timeline.icon.list", scope="crm")
def icons(context: Context) -> Page:
    rows = [_picture(code, context.portal.own_icons) for code in icon_codes(context)]
    return Page({"icons": rows}, len(rows))


@rest("crm.timeline.logo.list", scope="crm")
def logos(context: Context) -> Page:
    rows = [_picture(code, context.portal.own_logos) for code in logo_codes(context)]
    return Page({"logos": rows}, len(rows))


def _picture(code: str, own: dict[str, int]) -> dict[str, Any]:
    uri = f"/upload/crm/{own[code]}" if code in own else ""
    return {"code": code, "isSystem": code not in own, "fileUri": uri}


@rest("crm.timeline.icon.add", scope="crm")
def add_icon(context: Context) -> dict[str, Any]:
    """docs: api-reference/crm/timeline/logmessage/icons/crm-timeline-icon-add.md"""
    return {"icon": _add_picture(context, context.portal.own_icons)}


@rest("crm.timeline.logo.add", scope="crm")
def add_logo(context: Context) -> dict[str, Any]:
    """docs: api-reference/crm/timeline/logmessage/logo/crm-timeline-logo-add.md"""
    return {"logo": _add_picture(context, context.portal.own_logos)}


def _add_picture(context: Context, own: dict[str, int]) -> dict[str, Any]:
    if not context.user.admin:
        raise access_denied("Access denied")
    code, content = str(context.required("code")), str(context.required("fileContent"))
    if code in own:
        raise RestError("0", "Code is already used")
    _, data = files.decode(["icon.png", content])
    if not data.startswith(b"\x89PNG"):
        raise RestError("0", "File must be a PNG picture")
    own[code] = context.portal.files.add(f"{code}.png", data, context.user.id).id
    return _picture(code, own)


def _pinnable(context: Context) -> tuple[Record, tuple[int, int]]:
    number = context.required_int("id")
    item = owner_of(context, context.required_int("ownerTypeId"), context.required_int("ownerId"))
    record = context.portal.timeline.records.get(number)
    if record is None or key_of(item) not in record.owners:
        raise not_found("Not found.")
    return record, key_of(item)


@rest("crm.timeline.item.pin", scope="crm")
def pin(context: Context) -> None:
    """At most three records of a card (docs: api-reference/crm/timeline/actions/crm-timeline-item-pin.md)."""
    record, owner = _pinnable(context)
    timeline = context.portal.timeline
    if owner not in record.pinned and len(timeline.pinned(owner)) >= MAX_PINNED:
        raise RestError("0", "Only three events can be added to favorites")
    record.pinned.add(owner)
    timeline.touch()


@rest("crm.timeline.item.unpin", scope="crm")
def unpin(context: Context) -> None:
    record, owner = _pinnable(context)
    record.pinned.discard(owner)
    context.portal.timeline.touch()


@rest("crm.activity.badge.add", scope="crm")
def add_badge(context: Context) -> dict[str, Any]:
    """docs: api-reference/crm/timeline/activities/configurable/badges/crm-activity-badge-add.md"""
    if not context.user.admin:
        raise access_denied("Access denied")
    given = {name: context.exact(name) for name in ("code", "title", "value", "type")}
    if not all(given.values()):
        raise RestError("REQUIRED_ARG_MISSING", "Required fields are not filled")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(given["code"])) or given["type"] not in BADGE_TYPES:
        raise RestError("INVALID_ARG_VALUE", "Wrong badge code or type")
    context.portal.timeline.badges[str(given["code"])] = given
    return {"badge": given}


@rest("crm.activity.badge.list", scope="crm")
def list_badges(context: Context) -> dict[str, Any]:
    return {"badges": list(context.portal.timeline.badges.values())}


@rest("crm.activity.badge.get", scope="crm")
def get_badge(context: Context) -> dict[str, Any]:
    badge = context.portal.timeline.badges.get(str(context.required("code")))
    if badge is None:
        raise not_found("Not found.")
    return {"badge": badge}


@rest("crm.activity.badge.delete", scope="crm")
def delete_badge(context: Context) -> None:
    if not context.user.admin:
        raise access_denied("Access denied")
    if context.portal.timeline.badges.pop(str(context.required("code")), None) is None:
        raise not_found("Not found.")
